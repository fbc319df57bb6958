"""What is right and wrong with a message before it is sent, each point in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks.point import Level, MessageCheck, point_of
from campaigns.messages.field_names import unknown_names
from campaigns.messages.problems import BODY, LAYOUT, TemplateInvalid
from campaigns.messages.services import compiled_source
from campaigns.messages.variables import UNSUBSCRIBE_URL, VariableUse, all_names, variables_of_message

if TYPE_CHECKING:
    from campaigns.messages.source import MessageSource

GMAIL_CLIP_BYTES = 102_000


def check_message(source: MessageSource) -> list[MessageCheck]:
    """Check the words: what cannot be compiled, names that nobody has, the unsubscribe link, the size."""
    try:
        compiled = compiled_source(source)
    except TemplateInvalid as error:
        return [point_of(problem) for problem in error.problems]
    html = "".join(compiled.html.literals)
    used = variables_of_message(source)
    return [
        *_unknown_names(used),
        _unsubscribe_link(used),
        _size(len(html.encode())),
    ]


def _unknown_names(used: tuple[VariableUse, ...]) -> Iterator[MessageCheck]:
    unknown = unknown_names(all_names(used))
    for name in unknown:
        use = next(use for use in used if use.name == name)
        text = _("Nobody among the contacts has a value “%(name)s”.") % {"name": name}
        yield MessageCheck(
            Level.BAD, "unknown_name", text, place=use.place, line=use.line, column=use.column, length=len(name)
        )
    if used and not unknown:
        yield MessageCheck(Level.GOOD, "known_names", _("All fields in the message exist among the contacts."))


def _unsubscribe_link(used: tuple[VariableUse, ...]) -> MessageCheck:
    is_there = any(use.name == UNSUBSCRIBE_URL and use.place in {BODY, LAYOUT} for use in used)
    if is_there:
        return MessageCheck(Level.GOOD, "unsubscribe", _("Unsubscribe link and one-click header are there."))
    text, cure = _("There is no unsubscribe link in the message."), _("Add a link to {{ unsubscribe_url }}.")
    return MessageCheck(Level.WARN, "no_unsubscribe", text, place=BODY, cure=cure)


def _size(html_bytes: int) -> MessageCheck:
    kilobytes = max(1, round(html_bytes / 1000))
    if html_bytes < GMAIL_CLIP_BYTES:
        return MessageCheck(Level.GOOD, "size", _("%d kB: Gmail shows up to 102 kB.") % kilobytes)
    text = _("%d kB: Gmail cuts off what comes after 102 kB.") % kilobytes
    return MessageCheck(Level.WARN, "too_large", text)
