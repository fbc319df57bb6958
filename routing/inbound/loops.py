"""Mail that goes round in circles, and mail that must not be answered. Pure.

Our trace header names, as a keyed hash, whom a mail was routed for: coming back for the same recipient, or for the
third time at all, it is held. Source of what is automatic: RFC 3834, RFC 2919, RFC 2369, and what mailers write.
"""

from __future__ import annotations

import hashlib
from typing import Final

from routing.inbound.headers import Header, first_of, values_of

TRACE_HEADER: Final = "X-Postroom-Routed"
MAX_HOPS: Final = 30  # Received headers; mail that is well has under fifteen
MAX_OWN_PASSES: Final = 3
_LIST_HEADERS: Final = ("list-id", "list-post", "list-unsubscribe", "list-help", "mailing-list", "x-mailing-list")
_AUTOMATIC_HEADERS: Final = (
    "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-auto-reply-from", "x-failed-recipients",
    "feedback-id", "x-loop",
)  # fmt: skip
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOTS: Final = (
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "do-not-reply",
    "donotreply",
    "bounce",
    "bounces",
)

_ROBOT_BEGINNINGS: Final = ("bounce-", "bounce+", "bounces-", "bounces+", "owner-")


def trace_value(recipient_key: str, secret: bytes) -> str:
    """What our trace header says of a recipient; nobody learns the recipient from it, and nobody else can write it."""
    return hashlib.blake2b(recipient_key.encode(errors="replace"), key=secret[:64], digest_size=12).hexdigest()


def is_loop(headers: tuple[Header, ...], recipient_key: str, secret: bytes) -> bool:
    """Whether the mail was routed for this recipient before, too often at all, or through too many servers."""
    traces = [value.strip() for value in values_of(headers, TRACE_HEADER.lower())]
    if len(values_of(headers, "received")) > MAX_HOPS or len(traces) >= MAX_OWN_PASSES:
        return True
    return trace_value(recipient_key, secret) in traces


def is_automatic(headers: tuple[Header, ...]) -> bool:
    """Whether a machine wrote the mail: an answer to it would reach nobody, or another machine that answers."""
    submitted = first_of(headers, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"} or first_of(headers, "precedence").strip().lower() in _BULK - {"list"}:
        return True
    if first_of(headers, "content-type").lower().startswith(("multipart/report", "message/delivery-status")):
        return True
    return any(values_of(headers, name) for name in _AUTOMATIC_HEADERS)


def is_list_mail(headers: tuple[Header, ...]) -> bool:
    """Whether the mail came through a list, whose members must not get our bounces."""
    if first_of(headers, "precedence").strip().lower() == "list":
        return True
    return any(values_of(headers, name) for name in _LIST_HEADERS)


def is_robot(address: str) -> bool:
    """Whether nobody reads what is sent to the address; "" is the null sender."""
    local_part = address.rpartition("@")[0].lower()
    return not local_part or local_part.startswith(_ROBOT_BEGINNINGS) or local_part in _ROBOTS
