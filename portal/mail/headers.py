"""The headers a message may carry, each written so that it cannot become two."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from portal.mail.address import format_mailbox, parse_address
from portal.mail.encoded_words import UnsafeHeader, require_one_line, unstructured

# What a caller may add. All else is either written by us or none of a sender's business.
ALLOWED = frozenset(
    {
        "auto-submitted",
        "feedback-id",
        "in-reply-to",
        "list-help",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "precedence",
        "references",
        "x-auto-response-suppress",
        "x-entity-ref-id",
        "x-postroom-attempt",
        "x-postroom-campaign",
        "x-postroom-delivery",
        "x-ses-configuration-set",
        "x-ses-message-tags",
    }
)
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._+=-]{1,128}@[A-Za-z0-9.-]{1,253}")
_URL = re.compile(r"(?:https?|mailto):[!-;=?-~]{1,900}")


@lru_cache(maxsize=64)  # most are the same for all mails of a group
def extra_header(name: str, value: str) -> str:
    """Write a header a caller asks for. Raises UnsafeHeader for a name not allowed or a value with line breaks."""
    if not _NAME.fullmatch(name) or name.lower() not in ALLOWED:
        message = f"The header {name[:80]!r} is not one a message may carry."
        raise UnsafeHeader(message)
    require_one_line(value, name=name)
    return f"{name}: {unstructured(value, name=name)}\r\n"


def mailbox_header(name: str, mailbox_name: str, address: str) -> str:
    """Write From, To or Reply-To with exactly one mailbox. Raises InvalidAddress or UnsafeHeader."""
    mailbox = format_mailbox(mailbox_name, parse_address(address).address)
    if len(mailbox) > _FOLD_FROM_CHARS:
        mailbox = mailbox.replace("?= ", "?=\r\n ")
    return f"{name}: {mailbox}\r\n"


_FOLD_FROM_CHARS = 70


def subject_header(subject: str) -> str:
    """Write the subject. Raises UnsafeHeader for a line break."""
    return f"Subject: {unstructured(subject, name='Subject')}\r\n"


def message_id_header(message_id: str) -> str:
    """Write Message-ID from `left@right`, without brackets. Raises UnsafeHeader."""
    if not _MESSAGE_ID.fullmatch(message_id):
        message = "A Message-ID must look like abc123@example.org."
        raise UnsafeHeader(message)
    return f"Message-ID: <{message_id}>\r\n"


def unsubscribe_headers(url: str) -> str:
    """Write List-Unsubscribe, and for https the one-click header of RFC 8058. Raises UnsafeHeader."""
    if not url:
        return ""
    if not _URL.fullmatch(url):
        message = "The unsubscribe link must be one http, https or mailto address without spaces."
        raise UnsafeHeader(message)
    header = f"List-Unsubscribe: <{url}>\r\n"
    if url.startswith("https:"):
        header += f"List-Unsubscribe-Post: {ONE_CLICK}\r\n"
    return header


def date_header(sent_at: datetime) -> str:
    """Write Date; `sent_at` is aware."""
    return f"Date: {format_datetime(sent_at)}\r\n"
