"""The action “forward”: the mail goes on to an address, in our own name, attempted once."""

from __future__ import annotations

import base64
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings

from portal.aws.s3 import ObjectMissing
from portal.aws.ses import send_raw_email
from portal.errors import OutsideError
from portal.holds import HoldLost
from routing.actions.attempt import attempt_once
from routing.actions.rewrite import Envelope, send_on
from routing.inbound.models import DeliveryState
from routing.inbound.raw import read_raw
from routing.inbound.reasons import Reason
from routing.inbound.trace import trace_header
from routing.inbound.work import Work, take
from routing.rules.definition import ActionKind
from routing.rules.destinations import leads_back

if TYPE_CHECKING:
    from routing.inbound.models import InboundDelivery

MAX_SENT_BYTES = 39 * 1024 * 1024  # SES takes 40 MB
TAG = "postroom_inbound"


def forward_mail(delivery_id: int) -> None:
    """Carry out one forwarding. Harmless twice: it is claimed, and attempted once."""
    work = take(delivery_id, ActionKind.FORWARD)
    if work is None:
        return
    with suppress(HoldLost):  # somebody else has it, or a person gave it up
        _carry_out(work)


def _carry_out(work: Work) -> None:
    if work.delivery.is_attempted:
        work.end(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)
        return
    sender = settings.FORWARD_FROM_ADDRESS or settings.DEFAULT_FROM_ADDRESS
    if not sender:
        work.park(Reason.NO_IDENTITY)
    elif leads_back(work.action.address):
        work.end(DeliveryState.FAILED, Reason.LEADS_BACK)
    else:
        _forward(work, sender)


def _forward(work: Work, sender: str) -> None:
    try:
        raw = send_on(read_raw(work.delivery.message), _envelope(work.delivery, sender))
    except ObjectMissing:
        work.end(DeliveryState.FAILED, Reason.RAW_MISSING)
        return
    except OutsideError as error:
        work.postpone(Reason.RAW_UNREACHABLE, detail=error.code)
        return
    if len(raw) > MAX_SENT_BYTES:
        work.end(DeliveryState.FAILED, Reason.TOO_LARGE)
        return
    _attempt(work, sender, raw)


def _envelope(delivery: InboundDelivery, sender: str) -> Envelope:
    return Envelope(
        from_address=sender,
        reply_to=delivery.message.envelope_from,
        trace=trace_header(delivery.recipient),
        boundary=f"postroom-{secrets.token_hex(16)}",
    )


def _attempt(work: Work, sender: str, raw: bytes) -> None:
    request = {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [work.action.address]},
        "Content": {"Raw": {"Data": base64.b64encode(raw).decode()}},
        "EmailTags": [{"Name": TAG, "Value": str(work.delivery.pk)}],
    }
    attempt_once(work, lambda: send_raw_email(request), ends_as=DeliveryState.DELIVERED)
