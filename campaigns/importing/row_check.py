"""Turns one row of a file into one contact ready to be staged, or says why it cannot. Pure, and hot: runs per row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from json.encoder import encode_basestring  # C; a tenth of the cost of json.dumps
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from campaigns.audience.field_values import ValueDoesNotFit, ValueRule, stored_form
from campaigns.importing import columns
from campaigns.importing.problems import ProblemCode, RowProblem, shorten
from campaigns.importing.tag_cells import split_tags
from campaigns.importing.typos import is_impossible, suggest_domain
from portal.formula_guard import unguard
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAME_LENGTH = 150
TAG_LENGTH = 60
_CACHED_DOMAINS = 50_000

_TAG_BREAK = re.compile(r"[;,|\n]")
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "du",
        "la",
        "le",
        "ten",
        "ter",
        "zu",
        "zum",
        "bin",
        "al",
        "el",
        "st",
    ]
)


class FixesDict(TypedDict, total=False):
    """What a person accepted for all rows at the check step."""

    domains: dict[str, str]  # misspelt domain: the one meant
    short_rows: bool  # missing cells at the end count as empty


class StagedContact(NamedTuple):
    """One row, validated; the fields stand in the order of the staging table."""

    line: int
    address: str
    address_key: str
    first_name: str
    last_name: str
    first_name_key: str
    last_name_key: str
    attributes: str  # JSON object of non-empty text values
    time_zone: str


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Which cell goes where. `targets` has one target per column (see `columns`)."""

    targets: Sequence[str]
    domain_fixes: dict[str, str] = field(default_factory=dict)
    is_rejects_file: bool = False  # its cells carry the guard against formulas
    is_export: bool = False  # its cells hold what is stored, blanks and all
    value_rules: dict[str, ValueRule] = field(default_factory=dict)  # of typed fields, by name

    def column_of(self, target: str) -> int | None:
        return self.targets.index(target) if target in self.targets else None


class RowChecker:
    """Checks the rows of one file. `problems` collects what is wrong, `tags_by_key` the tags of each address key."""

    def __init__(self, plan: RowPlan) -> None:
        self.problems: list[RowProblem] = []
        self.tags_by_key: dict[str, tuple[str, ...]] = {}
        self._plan = plan
        self._address_column = plan.targets.index(columns.ADDRESS)
        self._first_name_column = plan.column_of(columns.FIRST_NAME)
        self._last_name_column = plan.column_of(columns.LAST_NAME)
        self._full_name_column = plan.column_of(columns.FULL_NAME)
        self._tag_columns = [i for i, target in enumerate(plan.targets) if target == columns.TAGS]
        self._time_zone_column = plan.column_of(columns.TIME_ZONE)
        self._attributes = [
            (i, f'"{target.removeprefix(columns.ATTRIBUTE_PREFIX)}":')
            for i, target in enumerate(plan.targets)
            if target.startswith(columns.ATTRIBUTE_PREFIX)
        ]
        self._typed = [
            (i, target.removeprefix(columns.ATTRIBUTE_PREFIX))
            for i, target in enumerate(plan.targets)
            if target.removeprefix(columns.ATTRIBUTE_PREFIX) in plan.value_rules
        ]
        self._split_tags: Callable[[str], list[str]] = split_tags if plan.is_export else _TAG_BREAK.split
        self._trim: Callable[[str], str] = str if plan.is_export else str.strip
        self._row: list[str] = []  # as it stands in the file, for reports
        self._typos: dict[str, str] = {}  # domain: the one that was meant, "" where nothing is suspicious

    def check(self, line: int, cells: list[str]) -> StagedContact | None:
        """The contact that the row stands for; None when it is blank or was added to `problems`."""
        self._row = cells
        if self._plan.is_rejects_file:
            cells = [unguard(cell) for cell in cells]
        found = self._find_address(line, cells)
        if found is None:
            return None
        address, key = found
        first_name, last_name = self._names(line, cells)
        if self._typed:
            cells = self._with_stored_forms(line, cells)
        attributes = ",".join(
            [name + encode_basestring(value) for i, name in self._attributes if (value := self._trim(cells[i]))]
        )
        if self._tag_columns:
            self.tags_by_key[key] = self._tags(cells)
        return StagedContact(
            line, address, key, first_name, last_name, first_name.casefold()[:NAME_LENGTH],
            last_name.casefold()[:NAME_LENGTH], f"{{{attributes}}}", self._time_zone(line, cells),
        )  # fmt: skip

    def _with_stored_forms(self, line: int, cells: list[str]) -> list[str]:
        """The cells of typed fields as they are stored; empty where a value does not fit its field."""
        cells = list(cells)
        for i, name in self._typed:
            rule = self._plan.value_rules[name]
            try:
                cells[i] = stored_form(cells[i], rule.field_type, rule.options)
            except ValueDoesNotFit:
                problem = RowProblem(ProblemCode.VALUE_UNFIT, line, column=i, example=shorten(cells[i]), value=name)
                self.problems.append(problem)
                cells[i] = ""
        return cells

    def take_problems(self) -> list[RowProblem]:
        """The problems since the last call."""
        taken, self.problems = self.problems, []
        return taken

    def _find_address(self, line: int, cells: list[str]) -> tuple[str, str] | None:
        """(address, key), or None after reporting what is wrong."""
        text = cells[self._address_column].strip()
        try:
            address, key = parse_address(text)
        except InvalidAddress as error:
            self._report_address(line, cells, error)
            return None
        domain = address.partition("@")[2]
        meant = self._typos.get(domain)
        if meant is None:
            meant = self._look_at_domain(domain)
        if not meant:
            return address, key
        return self._mend_domain(line, address=address, meant=meant)

    def _report_address(self, line: int, cells: list[str], error: InvalidAddress) -> None:
        if error.code == "two_addresses":
            self._report(ProblemCode.TWO_ADDRESSES, line, example=error.text)
        elif error.code != "empty":
            self._report(ProblemCode.ADDRESS_INVALID, line, example=error.text, value=error.code)
        elif any(cell.strip() for cell in cells):
            self._report(ProblemCode.ADDRESS_MISSING, line)

    def _look_at_domain(self, domain: str) -> str:
        """What the domain was meant to be, "" when nothing is wrong with it; kept, because a file has few of them."""
        if len(self._typos) >= _CACHED_DOMAINS:
            self._typos.clear()
        meant = self._plan.domain_fixes.get(domain) or suggest_domain(domain) or ""
        self._typos[domain] = meant
        return meant

    def _mend_domain(self, line: int, *, address: str, meant: str) -> tuple[str, str] | None:
        """Write the domain that was meant where a person accepted it; else report, and refuse one that cannot exist."""
        local_part, _, domain = address.partition("@")
        if domain in self._plan.domain_fixes:
            mended = f"{local_part}@{meant}"
            return mended, mended.lower()
        code = ProblemCode.DOMAIN_IMPOSSIBLE if is_impossible(domain) else ProblemCode.TYPO_DOMAIN
        self._report(code, line, example=address, value=domain)
        return None if code is ProblemCode.DOMAIN_IMPOSSIBLE else (address, address.lower())

    def _names(self, line: int, cells: list[str]) -> tuple[str, str]:
        first = last = ""
        if self._full_name_column is not None:
            first, last = split_full_name(cells[self._full_name_column])
        if self._first_name_column is not None:
            first = " ".join(cells[self._first_name_column].split()) or first
        if self._last_name_column is not None:
            last = " ".join(cells[self._last_name_column].split()) or last
        if len(first) > NAME_LENGTH or len(last) > NAME_LENGTH:
            self._report(ProblemCode.VALUE_CUT, line, example=max(first, last, key=len))
            return first[:NAME_LENGTH], last[:NAME_LENGTH]
        return first, last

    def _tags(self, cells: list[str]) -> tuple[str, ...]:
        names = (
            " ".join(part.split())[:TAG_LENGTH].strip()
            for i in self._tag_columns
            for part in self._split_tags(cells[i])
        )
        return tuple(dict.fromkeys(name for name in names if name))

    def _time_zone(self, line: int, cells: list[str]) -> str:
        if self._time_zone_column is None:
            return ""
        name = cells[self._time_zone_column].strip()
        if not name or columns.is_time_zone(name):
            return name
        self._report(ProblemCode.TIME_ZONE_UNKNOWN, line, example=name)
        return ""

    def _report(self, code: ProblemCode, line: int, *, example: str = "", value: str = "") -> None:
        self.problems.append(
            RowProblem(code, line, column=self._address_column, example=shorten(example), value=value, cells=self._row)
        )


def split_full_name(text: str) -> tuple[str, str]:
    """(first, last) of "Jane van Dyk" or "van Dyk, Jane"; a single word is a first name."""
    last, comma, first = text.partition(",")
    if comma:
        return " ".join(first.split()), " ".join(last.split())
    words = text.split()
    if len(words) < 2:  # noqa: PLR2004
        return " ".join(words), ""
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].lower() in _PARTICLES:
        begin -= 1
    return " ".join(words[:begin]), " ".join(words[begin:])
