"""Pictures: words in their place, addresses that work in a mail, and not a mail of pictures alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _, ngettext

from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.problems import BODY

if TYPE_CHECKING:
    from campaigns.messages.checks.page import Picture, ReadPage
    from campaigns.messages.checks.typed import TypedBody
    from campaigns.messages.source import LayoutValues

LITTLE_TEXT_CHARS = 100
_WORKS_IN_MAIL = ("https://", "http://", "cid:", "{{", "{%")


def picture_points(page: ReadPage, typed: TypedBody, layout: LayoutValues) -> Iterator[MessageCheck]:
    """A point for each picture with something to mend, and one when there is little beside pictures."""
    pictures = page.shown_pictures
    found = [point for picture in pictures for point in _points_of(picture, typed)]
    yield from found
    if pictures and _own_text_chars(page, layout) < LITTLE_TEXT_CHARS:
        yield _little_text()
    elif pictures and not found:
        count = len(pictures)
        text = ngettext("%d picture, with words in its place.", "%d pictures, each with words in its place.", count)
        yield MessageCheck(Level.GOOD, "pictures", text % count)


def _points_of(picture: Picture, typed: TypedBody) -> Iterator[MessageCheck]:
    spot = typed.spot_of(picture.src)
    if picture.alt is None:
        text = _("A picture has no words in its place (alt): who has pictures off, or listens, learns nothing of it.")
        cure = _('Say in a few words what it shows: alt="…", in Markdown ![…](address); alt="" for mere ornament.')
        yield MessageCheck(Level.WARN, "no_alt", text, cure=cure, **spot)
    if not picture.src.lower().startswith(_WORKS_IN_MAIL):
        text = _("A picture has the address “%(address)s”, which no mail program can load.")
        cure = _("Upload the picture and use the address it gets, which begins with https://.")
        yield MessageCheck(Level.WARN, "picture_address", text % {"address": picture.src[:60]}, cure=cure, **spot)


def _own_text_chars(page: ReadPage, layout: LayoutValues) -> int:
    around = (layout.organisation, layout.footer, layout.address, layout.unsubscribe_label)
    return len(page.words) - sum(len(text) for text in around)


def _little_text() -> MessageCheck:
    text = _("The message is nearly all pictures: many people see none of them at first, and spam filters distrust it.")
    cure = _("Write what matters as text too.")
    return MessageCheck(Level.WARN, "image_only", text, place=BODY, cure=cure)
