"""Rules of an older table: compared with those here, and written as one version of the rules that can be gone back on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from portal.errors import InvalidInput, PortalError
from portal.older.rows import OldRow, Outcome, Planned
from routing.older.reading import is_canary, read_rule
from routing.rules.destinations import require_no_loop
from routing.rules.models import RoutingRule
from routing.rules.patterns import read_pattern
from routing.rules.reading import choices_json, read_choices
from routing.rules.services import RuleChange, RuleJson, apply_changes, rule_json
from routing.rules.surroundings import account_names

KIND = "rule"


class RuleMove:
    """One run over the rules."""

    def __init__(self, *, replaces: bool) -> None:
        self._replaces = replaces
        self._accounts = {address.lower(): pk for pk, address in account_names().items()}
        self._first_rows: dict[str, str] = {}  # key of the pattern -> key of the row that has it
        self._work: list[tuple[OldRow, RuleChange]] = []

    def plan(self, rows: Iterable[OldRow]) -> Iterator[Planned]:
        """Say of each row what is to become of it."""
        for row in rows:
            try:
                yield self._one(row)
            except InvalidInput as error:
                yield Planned(row, KIND, Outcome.REFUSED, str(error))

    def _one(self, row: OldRow) -> Planned:
        if is_canary(row):
            return Planned(
                row, KIND, Outcome.LEFT_OUT, "A rule of the older system's own test mail; Postroom has its own."
            )
        wanted = read_rule(row, self._accounts)
        key = read_pattern(wanted["pattern"]).key
        choices = read_choices(wanted["choices"])
        require_no_loop(choices)
        wanted = {**wanted, "choices": choices_json(choices)}
        other = self._first_rows.setdefault(key, row.key)
        if other != row.key:
            text = f"The row {other} has the same pattern: upper and lower case are one here. Keep one of them."
            raise InvalidInput(text)
        there = RoutingRule.objects.filter(key=key).first()
        return self._compared(row, RuleChange(key, wanted), rule_json(there) if there else None)

    def _compared(self, row: OldRow, change: RuleChange, there: RuleJson | None) -> Planned:
        if there is None:
            self._work.append((row, change))
            return Planned(row, KIND, Outcome.NEW)
        wanted = {**(change.after or there)}
        differing = [name for name, value in {**there}.items() if name != "pattern" and wanted[name] != value]
        if not differing:
            return Planned(row, KIND, Outcome.SAME)
        if self._replaces:
            self._work.append((row, change))
        kept = "" if self._replaces else " What stands here stays; --replace takes the table's."
        return Planned(row, KIND, Outcome.CHANGED, f"Differs in {', '.join(differing)}.{kept}")

    def apply(self) -> Iterator[Planned]:
        """Write the rules, all or none; yields those that could not be."""
        if not self._work:
            return
        try:
            apply_changes([change for _row, change in self._work], actor=None, reason=_("From an older system's table"))
        except PortalError as error:
            for row, _change in self._work:
                yield Planned(row, KIND, Outcome.REFUSED, f"No rule was written: {error}")
