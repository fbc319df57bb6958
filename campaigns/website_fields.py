"""What forms for websites ask alike: where they may stand, and where people go back to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


def clean_origins(text: str) -> str:
    """Origins of websites, one a line and none twice. Raises ValidationError."""
    found = []
    for word in text.split():
        origin = _origin_of(word.lower())
        if not _ORIGIN.fullmatch(origin):
            raise ValidationError(gettext("“%s” is no website. Write it like https://www.club.example.") % word[:80])
        found.append(origin)
    return "\n".join(dict.fromkeys(found))


def require_page_of(url: str, origins: str) -> None:
    """Raises ValidationError unless the page is empty or on one of the websites."""
    if urlsplit(url).netloc and _origin_of(url) not in origins.split():
        raise ValidationError(gettext("It must be a page of one of the websites above."))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
