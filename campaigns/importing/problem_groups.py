"""Problems grouped by cause: how many rows, the first line, an example, and the fix where there is one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.importing.problems import WARNINGS, ProblemCode, ProblemDict, RowProblem
from campaigns.importing.typos import suggest_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

_VALUES_PER_CODE = 50  # further values of one code share the group without a value


class ProblemGroups:
    """Collects problems; holds one entry per cause, however many rows have it."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], ProblemDict] = {}
        self._values: dict[str, int] = {}

    def add(self, problem: RowProblem) -> None:
        self.add_group(
            ProblemDict(
                code=problem.code.value, value=problem.value, count=1, line=problem.line, example=problem.example
            )
        )

    def add_group(self, group: ProblemDict) -> None:
        """Add a group that was counted elsewhere; groups must come in the order of their lines."""
        code, value = group["code"], group.get("value", "")
        known = self._groups.get((code, value))
        if known is None and value and self._values.setdefault(code, 0) >= _VALUES_PER_CODE:
            value = ""
            known = self._groups.get((code, value))
        if known is not None:
            known["count"] = known.get("count", 0) + group.get("count", 0)
            return
        self._values[code] = self._values.get(code, 0) + bool(value)
        self._groups[code, value] = {**group, "value": value}

    def to_list(self) -> list[ProblemDict]:
        """All groups, those that keep rows out first, then by the number of rows."""
        for group in self._groups.values():
            if fix := fix_for(group):
                group["fix"] = fix
        return sorted(self._groups.values(), key=lambda group: (group["code"] in WARNINGS, -group.get("count", 0)))


def fix_for(group: ProblemDict) -> str:
    """What one click can do for all rows of the group: "domain:<meant>", "short_rows", or "" for nothing."""
    code = group["code"]
    if code in {ProblemCode.TYPO_DOMAIN, ProblemCode.DOMAIN_IMPOSSIBLE} and group.get("value"):
        meant = suggest_domain(group["value"])
        return f"domain:{meant}" if meant else ""
    return "short_rows" if code == ProblemCode.TOO_FEW_CELLS else ""


def group_problems(problems: Iterable[RowProblem]) -> list[ProblemDict]:
    """The causes among some problems, which must come in the order of their lines."""
    groups = ProblemGroups()
    for problem in problems:
        groups.add(problem)
    return groups.to_list()
