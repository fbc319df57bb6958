"""The trace headers that are put in front of a mail; its own bytes stay as they are. Pure.

Source: RFC 5321, 4.4 (trace information goes on top); X-Original-To and Delivered-To as mail servers write them.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.inbound.loops import TRACE_HEADER, trace_value

MAX_VALUE_CHARS = 900  # a line of a header has 998 at most


def trace_head(*, ses_message_id: str, recipients: Sequence[str], secret: bytes) -> str:
    """The headers as text, with CRLF at each end: the same for the same mail, so that an upload can be resumed."""
    lines = [f"{TRACE_HEADER}: {trace_value(recipients[0], secret)}"] if recipients else []
    lines.append(f"X-Postroom-Message: {_clean(ses_message_id)}")
    lines += [f"X-Original-To: {_clean(recipient)}" for recipient in recipients]
    return "".join(line + "\r\n" for line in lines)


def _clean(value: str) -> str:
    """One line of ASCII, whatever came in."""
    shown = "".join(character if " " <= character <= "~" else "?" for character in value)
    return shown[:MAX_VALUE_CHARS]
