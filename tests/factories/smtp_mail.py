"""SES's events about mail that an SMTP user sent, as they come from the queue."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

SENT_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_DETAILS: dict[str, dict[str, Any]] = {
    "Send": {},
    "Delivery": {"recipients": ["anna@club.example"], "timestamp": "2026-11-20T12:00:02.000Z"},
    "Bounce": {"bouncedRecipients": [{"emailAddress": "anna@club.example"}], "timestamp": "2026-11-20T12:00:02.000Z",
               "bounceType": "Permanent", "feedbackId": "f1"},
    "Complaint": {"complainedRecipients": [{"emailAddress": "anna@club.example"}], "feedbackId": "f2",
                  "timestamp": "2026-11-20T12:10:00.000Z"},
    "Reject": {"reason": "Bad content"},
}  # fmt: skip


def smtp_mail_event(
    kind: str = "Send",
    *,
    caller: str,
    senders: tuple[str, ...] = ("Scanner <scan@example.org>",),
    message_id: str = "0100-1",
    sent_at: datetime = SENT_AT,
    to: tuple[str, ...] = ("anna@club.example",),
    tags: dict[str, list[str]] | None = None,
) -> str:
    """One event as a queue body."""
    mail = {
        "timestamp": sent_at.isoformat(),
        "source": senders[0],
        "sendingAccountId": "123456789012",
        "messageId": message_id,
        "destination": list(to),
        "commonHeaders": {"from": list(senders), "to": list(to), "subject": "Scan"},
        "tags": {"ses:caller-identity": [caller], "ses:source-ip": ["192.0.2.7"], **(tags or {})},
    }
    return json.dumps({"eventType": kind, "mail": mail, kind.lower(): _DETAILS[kind]})
