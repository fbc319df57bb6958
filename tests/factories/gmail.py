"""Connected Gmail accounts, and mail that is to go there."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from credentials.encryption.services import seal
from credentials.grants.models import TABLE, Health, OAuthGrant
from portal.google import gmail
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage

_numbers = itertools.count(1)
SCOPES = ["openid", "email", gmail.INSERT, gmail.LABELS]


def make_grant(email: str = "", *, refresh_token: str = "", **columns: Any) -> OAuthGrant:
    number = next(_numbers)
    seal_id = uuid.uuid4()
    sealed = seal(refresh_token, table=TABLE, row=str(seal_id)) if refresh_token else ""
    usual: dict[str, Any] = {"health": Health.UNKNOWN_EXPIRY, "scopes": SCOPES, "worked_at": timezone.now()}
    return OAuthGrant.objects.create(
        seal_id=seal_id, subject=f"1{number:020d}", email=email or f"person{number}@gmail.example",
        sealed_refresh_token=sealed, connected_at=timezone.now(), **{**usual, **columns},
    )  # fmt: skip


def make_mailbox(email: str = "", *, refresh_token: str = "", **grant_columns: Any) -> GmailMailbox:
    return GmailMailbox.objects.create(grant=make_grant(email, refresh_token=refresh_token, **grant_columns))


def make_inbound(*, raw: bytes = b"", bucket: dict[str, bytes] | None = None, **columns: Any) -> InboundMessage:
    number = next(_numbers)
    key = f"inbound/{number}"
    if bucket is not None:
        bucket[key] = raw or f"Message-ID: <m{number}@example.org>\r\nSubject: No {number}\r\n\r\nHello\r\n".encode()
    usual: dict[str, Any] = {
        "ses_message_id": f"ses-{number}", "bucket": "raw", "object_key": key, "received_at": timezone.now(),
        "status": InboundMessage.Status.ROUTED, "subject": f"No {number}", "envelope_from": "someone@example.org",
        "rfc_message_id": f"<m{number}@example.org>", "recipients": ["a@example.com"],
    }  # fmt: skip
    return InboundMessage.objects.create(**{**usual, **columns})


def make_delivery(
    message: InboundMessage, mailbox: GmailMailbox, *, labels: tuple[str, ...] = (), **columns: Any
) -> InboundDelivery:
    options = {"kind": "gmail", "account_id": mailbox.pk, "labels": list(labels), "never_spam": False}
    usual: dict[str, Any] = {"recipient": "a@example.com", "options": options, "state": DeliveryState.PENDING}
    return InboundDelivery.objects.create(
        message=message, action="gmail", destination=mailbox.destination, **{**usual, **columns}
    )


def long_ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)
