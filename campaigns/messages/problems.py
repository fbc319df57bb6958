"""What is wrong with a message, in words for the person who wrote it.

Codes are stable (the web layer translates by code); the English message names the place and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.errors import InvalidInput

SUBJECT = "subject"
PREHEADER = "preheader"
BODY = "body"
TEXT_BODY = "text"
LAYOUT = "layout"
SNIPPET_PREFIX = "snippet:"  # place of a snippet: this and its name


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1 in what was typed; 0 where none can be named."""

    code: str
    place: str
    line: int
    message: str
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.place}, line {self.line}" if self.line else self.place
        return f"{where}: {self.message}"


class TemplateInvalid(InvalidInput):
    """The message cannot be compiled; `problems` holds one entry for each thing to mend."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class RenderingRefused(InvalidInput):
    """This one person's values drive the message over its limits; the others are not concerned."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def line_of(source: str, index: int) -> int:
    """Give the line of a character position, counted from 1."""
    return source.count("\n", 0, index) + 1


def column_of(source: str, index: int) -> int:
    """Give the column of a character position in its line, counted from 1."""
    return index - source.rfind("\n", 0, index)


def problem_at(source: str, index: int, *, code: str, place: str, message: str) -> Problem:
    """A problem with the line and column of a character position."""
    return Problem(code, place, line_of(source, index), message, column_of(source, index))
