"""How messages name their images: `image:KEY/name.png`, turned into an address or into a part of the mail. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

MAIL_WIDTH_PX = 536  # what the house layout leaves for the message

# The name behind the key is for people; the key alone decides.
_REFERENCE = re.compile(r"\bimage:([a-z2-7]{26})(?:/[A-Za-z0-9._-]{0,80})?")
_MARKDOWN_IMAGE = re.compile(r'<img src="image:([a-z2-7]{26})(?=[/"])')
_CONTENT_ID = "{key}@images.postroom"
_EMBEDDED = re.compile(r"\bcid:([a-z2-7]{26})@images\.postroom")


class ImagePlace(NamedTuple):
    """Where a mail finds one image: an https address, or `cid:` and its Content-ID within the mail."""

    key: str
    address: str
    width_px: int


def image_keys(*texts: str) -> list[str]:
    """Keys of the images that the texts name, each once, in their order."""
    return list(dict.fromkeys(key for text in texts for key in _REFERENCE.findall(text)))


def with_addresses(html: str, places: Iterable[ImagePlace]) -> str:
    """Put an address in the place of each reference; one of an image that we do not have stays as it is.

    An `<img>` as Markdown writes it also gets a width, because Outlook shows pictures as wide as they are.
    """
    known = {place.key: place for place in places}
    if not known:
        return html
    sized = _MARKDOWN_IMAGE.sub(lambda found: _with_width(found, known), html)
    return _REFERENCE.sub(lambda found: known[found[1]].address if found[1] in known else found[0], sized)


def content_id(key: str) -> str:
    """The Content-ID of an image within a mail, without brackets."""
    return _CONTENT_ID.format(key=key)


def embedded_keys(html: str) -> list[str]:
    """Keys of the images that an HTML part shows from within its mail, each once, in their order."""
    return list(dict.fromkeys(_EMBEDDED.findall(html)))


def _with_width(found: re.Match[str], known: dict[str, ImagePlace]) -> str:
    place = known.get(found[1])
    if place is None:
        return found[0]
    return f'<img width="{min(place.width_px, MAIL_WIDTH_PX)}" {found[0].removeprefix("<img ")}'
