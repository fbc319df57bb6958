"""The action “webhook”: another program is told of the mail, signed, and fetches the raw mail itself.

Told at least once: the id in `webhook-id` is the delivery's and stays the same at every try. Tried for a day.
"""

from __future__ import annotations

import base64
import json
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from portal.aws import s3
from portal.errors import OutsideError, PortalError, Refused
from portal.holds import HoldLost
from portal.keys import derive
from portal.public_post import PostAnswer, post
from portal.webhook_signing import PREFIX, signed_headers
from routing.inbound.models import DeliveryState
from routing.inbound.reasons import Reason
from routing.inbound.work import Work, take
from routing.rules.definition import ActionKind, VerdictName

if TYPE_CHECKING:
    from routing.inbound.models import InboundDelivery

TRIED_FOR = timedelta(hours=24)
RAW_URL_EXPIRES_S = 3600
_GONE = 410
_PURPOSE = b"inbound-webhook"


def post_mail(delivery_id: int) -> None:
    """Tell one webhook. Twice is harmless: the receiver knows the id."""
    work = take(delivery_id, ActionKind.WEBHOOK)
    if work is None:
        return
    with suppress(HoldLost):  # somebody else has it, or a person gave it up
        _carry_out(work)


def _carry_out(work: Work) -> None:
    try:
        body = json.dumps(payload_of(work.delivery)).encode()
    except PortalError as error:
        work.postpone(Reason.RAW_UNREACHABLE, detail=type(error).__name__)
        return
    url = work.action.url
    headers = signed_headers(f"inbound_{work.delivery.pk}", body, timestamp_s=int(time.time()), secrets=secrets_of(url))
    work.attempted()
    try:
        answer = post(
            url,
            body,
            headers={"Content-Type": "application/json", **headers},
            allowed_hosts=settings.WEBHOOK_ALLOWED_HOSTS,
        )
    except Refused as error:
        work.end(DeliveryState.FAILED, Reason.REFUSED, detail=str(error))
    except OutsideError as error:
        _try_again(work, str(error))
    else:
        _settle(work, answer)


def _settle(work: Work, answer: PostAnswer) -> None:
    if answer.is_taken:
        work.end(DeliveryState.DELIVERED, Reason.BY_RULE)
    elif answer.status == _GONE:
        work.end(DeliveryState.FAILED, Reason.DESTINATION_GONE, detail=f"HTTP {answer.status}")
    else:
        _try_again(work, f"HTTP {answer.status}")


def _try_again(work: Work, detail: str) -> None:
    if timezone.now() - work.delivery.wanted_at > TRIED_FOR:
        work.end(DeliveryState.FAILED, Reason.GIVEN_UP, detail=detail)
    else:
        work.postpone(Reason.UNAVAILABLE, detail=detail)


def payload_of(delivery: InboundDelivery) -> dict[str, Any]:
    """What is posted; docs/inbound.md describes it. Raises OutsideError."""
    message = delivery.message
    return {
        "type": "mail.received",
        "timestamp": timezone.now().isoformat(),
        "data": {
            "id": message.pk,
            "recipient": delivery.recipient,
            "recipients": message.recipients,
            "envelope_from": message.envelope_from,
            "from": message.header_from,
            "subject": message.subject,
            "message_id": message.rfc_message_id,
            "received_at": message.received_at.isoformat(),
            "size_bytes": message.size_bytes,
            "verdicts": {name.value: getattr(message, name.value) for name in VerdictName},
            "rule": delivery.rule_key,
            "raw_url": s3.presign_download(
                message.bucket, message.object_key, file_name=f"{message.pk}.eml", expires_s=RAW_URL_EXPIRES_S
            ),
        },
    }


def secrets_of(url: str) -> list[str]:
    """The secrets that posts to this URL are signed with, the current first; each URL has its own.

    Made of SECRET_KEY; after it was changed, those of its fallbacks prove a post too.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [PREFIX + base64.b64encode(derive(f"{key}|{url}", purpose=_PURPOSE)).decode() for key in keys]
