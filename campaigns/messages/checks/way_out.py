"""What the law asks of every mail to many: a way out, and who writes, with a postal address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.messages.checks.point import Level, MessageCheck
from campaigns.messages.problems import BODY, LAYOUT
from campaigns.messages.variables import UNSUBSCRIBE_URL

if TYPE_CHECKING:
    from campaigns.messages.checks.page import ReadPage
    from campaigns.messages.source import MessageSource

# A house number and a post code near each other, a British post code, a box: rough, so it only ever warns.
_POSTAL = re.compile(
    r"\d{1,5}\s?[a-zA-Z]?\b[^@]{3,70}?\b\d{4,6}\b|\b\d{4,6}\b[^@]{3,70}?\b\d{1,5}\s?[a-zA-Z]?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b(?:P\.?\s?O\.? Box|Postfach)\b",
    re.IGNORECASE,
)


def unsubscribe_point(page: ReadPage) -> MessageCheck:
    """Whether a link leads out; the header that mail programs show as a button is always there."""
    if any(UNSUBSCRIBE_URL in link.href for link in page.links):
        return MessageCheck(Level.GOOD, "unsubscribe", _("Unsubscribe link and one-click header are there."))
    text = _("There is no unsubscribe link in the message: people who want to leave report it as spam instead.")
    cure = _("Add a link to {{ unsubscribe_url }}.")
    return MessageCheck(Level.WARN, "no_unsubscribe", text, place=BODY, cure=cure)


def postal_address_point(source: MessageSource, page: ReadPage) -> MessageCheck:
    """Whether the message says where its sender can be reached by post."""
    if _has_postal_address(source, page):
        return MessageCheck(Level.GOOD, "postal_address", _("The postal address of the sender is there."))
    text = _("No postal address was found: many countries ask for one in every mail to many people.")
    if source.kind != "markdown":
        return MessageCheck(
            Level.WARN, "no_postal_address", text, place=BODY, cure=_("Write it at the end of the message.")
        )
    link = reverse("admin:campaigns_houselayout_changelist")
    cure = _("Write it into the house layout, once for all messages.")
    return MessageCheck(Level.WARN, "no_postal_address", text, place=LAYOUT, cure=cure, link=link)


def _has_postal_address(source: MessageSource, page: ReadPage) -> bool:
    """Markdown always shows the address of its layout; MJML and HTML only where they name it."""
    address = " ".join(source.layout.address.split())
    if address and (source.kind == "markdown" or address in page.words or "layout_address" in page.words):
        return True
    return bool(_POSTAL.search(page.words))
