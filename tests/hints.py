"""A double of the broker: keeps hints in memory and runs them through the real tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.logs import correlation
from portal.queues import TaskName


@dataclass(frozen=True, slots=True)
class Hint:
    task: TaskName
    ids: dict[str, int | str]
    delay_s: int
    correlation_id: str = ""


@dataclass(slots=True)
class Hints:
    """Hints in the order in which they were published."""

    kept: list[Hint] = field(default_factory=list)

    def keep(self, task: TaskName, ids: dict[str, int | str], delay_s: int) -> None:
        self.kept.append(Hint(task, ids, delay_s, correlation.get().get("correlation_id", "")))

    def of(self, task: TaskName) -> list[Hint]:
        return [hint for hint in self.kept if hint.task == task]

    def run_all(self, *, limit: int = 1000) -> int:
        """Run every hint, also those published meanwhile, delays ignored; returns how many ran."""
        from workers.app import app

        for ran in range(limit):
            if not self.kept:
                return ran
            hint = self.kept.pop(0)
            task = app.tasks[hint.task.value]
            task.push_request(headers={"correlation_id": hint.correlation_id})
            try:
                task(**hint.ids)
            finally:
                task.pop_request()
        raise AssertionError(f"hints do not come to an end: {self.kept[:5]}")
