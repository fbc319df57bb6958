"""How large the HTML becomes for one person: Gmail cuts off what comes after 102 kB."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.problems import BODY

GMAIL_CLIP_BYTES = 102_000


def size_point(html: str) -> MessageCheck:
    """`html` as a typical person gets it."""
    html_bytes = len(html.encode())
    kilobytes = max(1, round(html_bytes / 1000))
    if html_bytes < GMAIL_CLIP_BYTES:
        return MessageCheck(Level.GOOD, "size", _("%d kB: Gmail shows up to 102 kB.") % kilobytes)
    text = _("%d kB: Gmail cuts off what comes after 102 kB, the unsubscribe link among it.") % kilobytes
    cure = _("Shorten the message, or put the rest on a page and link to it.")
    return MessageCheck(Level.WARN, "too_large", text, place=BODY, cure=cure)
