"""Subject and preview line, as they stand in the list of an inbox."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.problems import PREHEADER, SUBJECT

SHOWN_CHARS = 60  # what most inboxes show beside the sender; phones about 35
LONG_PREHEADER_CHARS = 140
_CAPITALS_SHARE = 0.7
_FEWEST_LETTERS = 8


def inbox_points(subject: str, preheader: str) -> Iterator[MessageCheck]:
    """`subject` as a typical person gets it, `preheader` as typed."""
    found = [*_subject_points(subject), *_preheader_points(subject, preheader)]
    yield from found
    if not found:
        yield MessageCheck(Level.GOOD, "inbox_line", _("Subject and preview line fit an inbox."))


def is_shouted(text: str) -> bool:
    """Whether a text of some length is nearly all capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= _FEWEST_LETTERS and capitals / len(letters) > _CAPITALS_SHARE


def _subject_points(subject: str) -> Iterator[MessageCheck]:
    if len(subject) > SHOWN_CHARS:
        text = _("The subject has %(count)d characters: inboxes show about 60, phones about 35.")
        cure = _("Put what matters first, or shorten it.")
        yield _subject_point("long_subject", text % {"count": len(subject)}, cure)
    if is_shouted(subject):
        text = _("The subject is written in capitals: it reads as shouting, and filters take it for spam.")
        yield _subject_point("shouted_subject", text, _("Write it as a sentence."))
    if subject.lower().startswith(("re:", "fwd:", "fw:", "aw:", "wg:")):
        text = _("The subject pretends to be an answer (“%(start)s”).") % {"start": subject.partition(":")[0] + ":"}
        yield _subject_point("false_answer", text, _("Begin with what the mail is about."))


def _subject_point(code: str, text: str, cure: str) -> MessageCheck:
    return MessageCheck(Level.WARN, code, text, place=SUBJECT, line=1, column=1, cure=cure)


def _preheader_points(subject: str, preheader: str) -> Iterator[MessageCheck]:
    shown = preheader.strip()
    if not shown:
        text = _("There is no preview line: inboxes show the first words of the message beside the subject instead.")
        cure = _("Write one sentence that goes on where the subject ends.")
        yield MessageCheck(Level.WARN, "no_preheader", text, place=PREHEADER, cure=cure)
    elif shown.casefold() == subject.strip().casefold():
        text, cure = _("The preview line repeats the subject."), _("Let it say something more.")
        yield MessageCheck(Level.WARN, "preheader_repeats", text, place=PREHEADER, line=1, column=1, cure=cure)
    elif len(shown) > LONG_PREHEADER_CHARS:
        text = _("The preview line has %(count)d characters: inboxes show 40 to 140.") % {"count": len(shown)}
        cure = _("Shorten it.")
        yield MessageCheck(Level.WARN, "long_preheader", text, place=PREHEADER, line=1, column=1, cure=cure)
