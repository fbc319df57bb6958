"""Reads many addresses that somebody pasted, or a table of addresses with an optional column of reasons. Pure."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campaigns.importing.columns import ADDRESS, guess_columns, plain
from campaigns.importing.csv_reader import CsvReader
from campaigns.importing.inspection import inspect_sample
from portal.formula_guard import unguard
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from campaigns.importing.inspection import FileShape

TEXT_LENGTH = 120  # of what was found on a line, as it is shown
UNKNOWN_REASON = "unknown_reason"
UNREADABLE = "unreadable"

# What other systems call their reasons, without case and punctuation; also SES's own export.
REASON_WORDS = {
    "bounce": ("bounce", "bounced", "hardbounce", "hardbounced", "permanent", "invalid", "cleaned", "unzustellbar"),
    "complaint": ("complaint", "complained", "spam", "abuse", "spamcomplaint", "beschwerde"),
    "unsubscribe": (
        "unsubscribe", "unsubscribed", "optout", "optedout", "unsub", "abgemeldet", "abmeldung",
    ),
    "manual": ("manual", "byhand", "blocked", "blocklist", "gesperrt", "vonhand"),
    "import": ("import", "imported", "importiert", "suppressed"),
}  # fmt: skip
_REASON_OF = {word: reason for reason, words in REASON_WORDS.items() for word in words}
_REASON_COLUMNS = frozenset({"reason", "suppressionreason", "cause", "type", "status", "grund", "typ"})
_BRACKETED = re.compile(r"<([^<>]*)>")
_BETWEEN = re.compile(r"[\s,;]+")


class NoAddressColumnError(ValueError):
    """No column of the table holds addresses."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One address that can be suppressed; `reason` is "" where the line says none."""

    number: int
    address: str
    key: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used; `code` is one of InvalidAddress's or of this module."""

    number: int
    text: str
    code: str


@dataclass(slots=True)
class ReadBatch:
    """What was read, each address once; the first line of an address counts."""

    lines: list[ReadLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    repeated_count: int = 0
    line_count: int = 0
    _keys: set[str] = field(default_factory=set)

    def take(self, number: int, text: str, reason: str = "") -> None:
        """Read one address."""
        self.line_count += 1
        found = _REASON_OF.get(plain(reason), "") if reason.strip() else ""
        if reason.strip() and not found:
            self.refuse(number, reason, UNKNOWN_REASON)
            return
        try:
            parsed = parse_address(text)
        except InvalidAddress as error:
            self.refuse(number, text, error.code)
            return
        if parsed.key in self._keys:
            self.repeated_count += 1
            return
        self._keys.add(parsed.key)
        self.lines.append(ReadLine(number, parsed.address, parsed.key, found))

    def refuse(self, number: int, text: str, code: str) -> None:
        """Note a line that cannot be used."""
        self.bad.append(BadLine(number, " ".join(text.replace("\0", "").split())[:TEXT_LENGTH], code))


def read_pasted(text: str) -> ReadBatch:
    """Addresses on lines of their own, or several to a line; `Anna Berg <anna@example.org>` is one."""
    batch = ReadBatch()
    for number, line in enumerate(text.splitlines(), start=1):
        bracketed = _BRACKETED.findall(line)
        for word in bracketed or [word for word in _BETWEEN.split(line) if word]:
            batch.take(number, word)
    return batch


def read_table(content: bytes) -> ReadBatch:
    """A CSV file, however it is written. Raises FileProblem where it is none, NoAddressColumnError."""
    shape = inspect_sample(content, is_whole=True)
    address_at, reason_at = _columns(shape)
    batch = ReadBatch()
    begin = shape.rows_begin
    reader = CsvReader(io.BytesIO(content[begin.offset_bytes :]), shape.file_format, begin)
    for number, cells in reader:
        if cells:
            reason = cells[reason_at] if reason_at is not None else ""
            batch.take(number, unguard(cells[address_at].strip()), reason)
        else:
            batch.line_count += 1
            batch.refuse(number, "", UNREADABLE)
    return batch


def _columns(shape: FileShape) -> tuple[int, int | None]:
    """Which column holds the address and which, if any, the reason."""
    targets = [column["target"] for column in guess_columns(shape.header, shape.sample_rows)]
    if ADDRESS not in targets:
        raise NoAddressColumnError
    address_at = targets.index(ADDRESS)
    if not shape.has_header:
        return address_at, _reasons_beside(shape, address_at)
    names = [plain(name) for name in shape.header]
    return address_at, next((at for at, name in enumerate(names) if name in _REASON_COLUMNS), None)


def _reasons_beside(shape: FileShape, address_at: int) -> int | None:
    """The column of reasons in a table without a header: all its cells are reasons that we know."""
    for at in range(len(shape.header)):
        cells = [row[at] for row in shape.sample_rows if row[at].strip()]
        if at != address_at and cells and all(plain(cell) in _REASON_OF for cell in cells):
            return at
    return None
