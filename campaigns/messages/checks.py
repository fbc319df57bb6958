"""What is right and wrong with a message before it is sent, each point in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from django.utils.translation import gettext as _, pgettext

from campaigns.messages.field_names import unknown_names
from campaigns.messages.problems import BODY, LAYOUT, PREHEADER, SUBJECT, TEXT_BODY, Problem, TemplateInvalid
from campaigns.messages.services import compiled_source
from campaigns.messages.variables import UNSUBSCRIBE_URL, VariableUse, all_names, variables_of_message

if TYPE_CHECKING:
    from campaigns.messages.source import MessageSource

GMAIL_CLIP_BYTES = 102_000


class Level(StrEnum):
    """How much a check matters; the words are the tones of the screens."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"  # blocks Send


class CheckDict(TypedDict):
    """One check as JSON."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageCheck:
    """One point of the list; `code` is stable, `text` names place and line where there is one."""

    level: Level
    code: str
    text: str

    def as_dict(self) -> CheckDict:
        return {"level": self.level.value, "text": self.text}


def check_message(source: MessageSource) -> list[MessageCheck]:
    """Check the words: what cannot be compiled, names that nobody has, the unsubscribe link, the size."""
    try:
        compiled = compiled_source(source)
    except TemplateInvalid as error:
        return [MessageCheck(Level.BAD, problem.code, _in_words(problem)) for problem in error.problems]
    html = "".join(compiled.html.literals)
    used = variables_of_message(source)
    return [
        *_unknown_names(used),
        _unsubscribe_link(used),
        _size(len(html.encode())),
    ]


def place_name(place: str) -> str:
    """A part of the message as the screen calls it."""
    return {
        SUBJECT: _("Subject"),
        PREHEADER: _("Preview line"),
        BODY: pgettext("part of a mail", "Message"),
        TEXT_BODY: _("Plain text"),
        LAYOUT: _("House layout"),
    }.get(place, place)


def _in_words(problem: Problem) -> str:
    if not problem.line:
        return f"{place_name(problem.place)}: {problem.message}"
    values = {"place": place_name(problem.place), "line": problem.line, "message": problem.message}
    return _("%(place)s, line %(line)d: %(message)s") % values


def _unknown_names(used: tuple[VariableUse, ...]) -> Iterator[MessageCheck]:
    unknown = unknown_names(all_names(used))
    for name in unknown:
        use = next(use for use in used if use.name == name)
        values = {"place": place_name(use.place), "line": use.line, "name": name}
        text = _("%(place)s, line %(line)d: nobody among the contacts has a value “%(name)s”.") % values
        yield MessageCheck(Level.BAD, "unknown_name", text)
    if used and not unknown:
        yield MessageCheck(Level.GOOD, "known_names", _("All fields in the message exist among the contacts."))


def _unsubscribe_link(used: tuple[VariableUse, ...]) -> MessageCheck:
    is_there = any(use.name == UNSUBSCRIBE_URL and use.place in {BODY, LAYOUT} for use in used)
    if is_there:
        return MessageCheck(Level.GOOD, "unsubscribe", _("Unsubscribe link and one-click header are there."))
    text = _("There is no unsubscribe link in the message: add {{ unsubscribe_url }}.")
    return MessageCheck(Level.WARN, "no_unsubscribe", text)


def _size(html_bytes: int) -> MessageCheck:
    kilobytes = max(1, round(html_bytes / 1000))
    if html_bytes < GMAIL_CLIP_BYTES:
        return MessageCheck(Level.GOOD, "size", _("%d kB: Gmail shows up to 102 kB.") % kilobytes)
    text = _("%d kB: Gmail cuts off what comes after 102 kB.") % kilobytes
    return MessageCheck(Level.WARN, "too_large", text)
