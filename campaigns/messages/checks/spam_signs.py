"""A few signs that filters and people take for spam, each with its reason. Only ever amber."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.messages.checks.inbox_line import is_shouted
from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.problems import BODY, SUBJECT

if TYPE_CHECKING:
    from campaigns.messages.checks.page import ReadPage
    from campaigns.messages.checks.typed import TypedBody

SHORTENERS = frozenset(
    [
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "cutt.ly",
        "rebrand.ly",
        "t.ly",
        "shorturl.at",
    ]
)
MANY_MARKS = 5
MANY_HIDDEN_CHARS = 200
CHARS_PER_PICTURE = 80
FEW_PICTURES = 2
_LOUD = re.compile(
    r"\b(?:free|gratis|kostenlos|winner|gewonnen)\b\s*!+|100\s?% (?:free|gratis|kostenlos)|\bact now\b|\brisk[- ]free\b"
    r"|\bmake money\b|\bjetzt zuschlagen\b|\$\$\$|€€€",
    re.IGNORECASE,
)
_MARKS_IN_A_ROW = re.compile(r"[!?]{3,}")


def spam_points(subject: str, page: ReadPage, typed: TypedBody) -> Iterator[MessageCheck]:
    """One point for each sign found."""
    yield from _loud_words(subject, page.words)
    yield from _exclamations(subject, page.words)
    yield from _shorteners(page, typed)
    yield from _hidden_text(page)
    yield from _many_pictures(page)
    if is_shouted(page.words):
        yield _sign("shouted_text", _("The message is written in capitals."), _("Write sentences."))


def _sign(code: str, text: str, cure: str, place: str = BODY) -> MessageCheck:
    return MessageCheck(Level.WARN, code, text, place=place, cure=cure)


def _loud_words(subject: str, words: str) -> Iterator[MessageCheck]:
    for place, text in ((SUBJECT, subject), (BODY, words)):
        if (loud := _LOUD.search(text)) is not None:
            reason = _("“%(words)s” is what spam says, so filters count it.") % {"words": loud.group()}
            yield _sign("loud_words", reason, _("Say it more quietly."), place)
            return


def _exclamations(subject: str, words: str) -> Iterator[MessageCheck]:
    in_subject = subject.count("!") > 1 or _MARKS_IN_A_ROW.search(subject)
    if in_subject or words.count("!") > MANY_MARKS or _MARKS_IN_A_ROW.search(words):
        place = SUBJECT if in_subject else BODY
        text = _("There are many exclamation marks: filters count them, and people feel shouted at.")
        yield _sign("exclamation_marks", text, _("One is enough."), place)


def _shorteners(page: ReadPage, typed: TypedBody) -> Iterator[MessageCheck]:
    for link in page.links:
        host = link.href.lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
        if host.removeprefix("www.") in SHORTENERS:
            text = _("A link goes through %(host)s: nobody sees where it leads, so filters distrust it.")
            cure = _("Link to the page itself.")
            spot = typed.spot_of(link.href)
            yield MessageCheck(Level.WARN, "shortened_link", text % {"host": host}, cure=cure, **spot)


def _hidden_text(page: ReadPage) -> Iterator[MessageCheck]:
    if page.hidden_chars > MANY_HIDDEN_CHARS:
        text = _("%(count)d characters of the message do not show: filters take hidden text for a trick.")
        yield _sign("hidden_text", text % {"count": page.hidden_chars}, _("Take it out."))


def _many_pictures(page: ReadPage) -> Iterator[MessageCheck]:
    count = len(page.shown_pictures)
    if count > FEW_PICTURES and len(page.words) < count * CHARS_PER_PICTURE:
        text = _("%(count)d pictures and little text: filters cannot read pictures and distrust such mail.")
        yield _sign("many_pictures", text % {"count": count}, _("Add text, or leave pictures out."))
