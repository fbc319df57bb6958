"""One point of the checks: how much it matters, where it is, what is the matter and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from django.utils.translation import gettext as _, pgettext

from campaigns.messages.problem_words import said
from campaigns.messages.problems import BODY, LAYOUT, PREHEADER, SNIPPET_PREFIX, SUBJECT, TEXT_BODY, Problem

FROM = "from"
REPLY_TO = "reply_to"
AUDIENCE = "audience"


class Level(StrEnum):
    """How much a check matters; the words are the tones of the screens."""

    GOOD = "good"
    WARN = "warn"  # Send asks whether to go on all the same
    BAD = "bad"  # blocks Send


class CheckDict(TypedDict):
    """One check as JSON. `where` is place and line in words; `line` and `column` count from 1, 0 where there is none."""

    level: str
    code: str
    text: str
    place: str
    where: str
    line: int
    column: int
    length: int
    cure: str
    link: str


@dataclass(frozen=True, slots=True)
class MessageCheck:
    """One point of the list.

    `code` is stable; `text` says what is the matter, `cure` what to do about it. `place` is a part of the message
    (problems.py) or of the envelope; `line` and `column` count from 1 in what was typed there, `length` characters are
    concerned. `link` leads to more, e.g. to the people concerned.
    """

    level: Level
    code: str
    text: str
    place: str = ""
    line: int = 0
    column: int = 0
    length: int = 0
    cure: str = ""
    link: str = ""

    @property
    def where(self) -> str:
        """Place and line in words; empty where the whole message is meant."""
        name = place_name(self.place)
        if not (name and self.line):
            return name
        return _("%(place)s, line %(line)d") % {"place": name, "line": self.line}

    @property
    def is_in_editor(self) -> bool:
        """Whether the place is a part of the message or of its envelope, on the page where it is written."""
        return self.place not in {"", LAYOUT, AUDIENCE} and not self.place.startswith(SNIPPET_PREFIX)

    @property
    def sentence(self) -> str:
        """Where and what, for a message outside the list."""
        return f"{self.where}: {self.text}" if self.line else self.text

    def as_dict(self) -> CheckDict:
        return {
            "level": self.level.value,
            "code": self.code,
            "text": self.text,
            "place": self.place,
            "where": self.where,
            "line": self.line,
            "column": self.column,
            "length": self.length,
            "cure": self.cure,
            "link": self.link,
        }


def place_name(place: str) -> str:
    """A part of the message as the screen calls it."""
    if place.startswith(SNIPPET_PREFIX):
        return _("Snippet “%s”") % place.removeprefix(SNIPPET_PREFIX)
    return {
        SUBJECT: _("Subject"),
        PREHEADER: _("Preview line"),
        BODY: pgettext("part of a mail", "Message"),
        TEXT_BODY: _("Plain text"),
        LAYOUT: _("House layout"),
        FROM: pgettext("part of a mail", "From"),
        REPLY_TO: _("Reply to"),
        AUDIENCE: _("Who gets it"),
    }.get(place, place)


def point_of(problem: Problem) -> MessageCheck:
    """What keeps a message from being compiled, as a point that blocks."""
    return MessageCheck(
        Level.BAD, problem.code, said(problem), place=problem.place, line=problem.line, column=problem.column
    )
