"""Where failed rows come from: each subject registers one source, as things join the jump box."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.utils.functional import Promise


class RowState(StrEnum):
    """How a row stands that was tried again."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RowCause:
    """Rows of one source that failed for one reason. `key` is at most 80 characters."""

    key: str
    text: str  # what went wrong, in plain words
    cure: str  # what to do about it
    count: int
    url: str  # where they are looked at
    first_at: datetime | None = None
    last_at: datetime | None = None
    can_try: bool = True


@dataclass(frozen=True, slots=True)
class RowRetry:
    """How rows of a source are tried again, through the services of the subject that owns them."""

    permission: str
    ids_after: Callable[[str, int, int], list[int]]  # key of the cause, last id, how many: failed ids, ascending
    try_again: Callable[[int, User | None], None]  # Raises Conflict when the row does not stand as failed any more
    state_of: Callable[[int], RowState]
    problem_of: Callable[[int], str]  # why it failed, in plain words


@dataclass(frozen=True, slots=True)
class FailureSource:
    """Failed rows of one kind. `causes` is cheap: it is asked for the page and for the count in the navigation."""

    code: str
    label: str | Promise
    icon: str
    permission: str
    causes: Callable[[], Iterable[RowCause]]
    retry: RowRetry | None = None


SOURCES: dict[str, FailureSource] = {}


def register_source(source: FailureSource) -> None:
    """Show these failures too; called once by the app that owns them when it is ready."""
    SOURCES[source.code] = source
