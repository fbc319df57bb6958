"""The action “bounce”: SES tells the sender that the mail was not taken, once, and only where that is not backscatter.

Never to the null sender, to machines, through lists, or to senders who may be forged; never after 24 hours. What is not
bounced is dropped, with the reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from portal.aws.s3 import ObjectMissing
from portal.aws.ses_bounce import Bounce, send_bounce as ask_ses
from portal.errors import OutsideError
from portal.holds import HoldLost
from routing.actions.attempt import attempt_once
from routing.actions.pace import MAX_WAIT_S, reserve_slot
from routing.inbound.loops import is_automatic, is_list_mail, is_robot
from routing.inbound.models import DeliveryState
from routing.inbound.raw import full_headers
from routing.inbound.reasons import Reason
from routing.inbound.work import Work, take
from routing.recipients import read_recipient
from routing.rules.definition import BOUNCE_CODES, ActionKind, Status

if TYPE_CHECKING:
    from routing.inbound.headers import Header
    from routing.inbound.models import InboundMessage

logger = logging.getLogger(__name__)

LATEST = timedelta(hours=24) - timedelta(minutes=5)
DEFAULT_TEXT = "The address does not take this mail."


def bounce_mail(delivery_id: int, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Carry out one bounce. Harmless twice: it is claimed, and attempted once."""
    work = take(delivery_id, ActionKind.BOUNCE)
    if work is None:
        return
    with suppress(HoldLost):  # somebody else has it, or a person gave it up
        _carry_out(work, sleep)


def _carry_out(work: Work, sleep: Callable[[float], None]) -> None:
    if work.delivery.is_attempted:
        work.end(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)
        return
    message = work.delivery.message
    if timezone.now() - message.received_at > LATEST:
        work.end(DeliveryState.FAILED, Reason.TOO_OLD)
        return
    try:
        against = reason_against(message, full_headers(message))
    except ObjectMissing:
        against = Reason.RAW_MISSING
    except OutsideError as error:
        work.postpone(Reason.RAW_UNREACHABLE, detail=error.code)
        return
    if against is not Reason.NONE:
        work.end(DeliveryState.DROPPED, against)
        return
    wait_s = reserve_slot()
    if wait_s is None:
        work.postpone(Reason.THROTTLED, retry_in_s=MAX_WAIT_S)
        return
    sleep(wait_s)
    _attempt(work, message)


def reason_against(message: InboundMessage, headers: tuple[Header, ...]) -> Reason:
    """Why this mail must not be bounced; NONE when it may."""
    if not message.envelope_from:
        return Reason.NULL_SENDER
    if Status.FAIL.value in {message.spam, message.virus}:
        return Reason.UNSAFE
    if not _is_vouched_for(message):
        return Reason.UNAUTHENTICATED
    if is_list_mail(headers):
        return Reason.LIST_MAIL
    if is_robot(message.envelope_from) or is_automatic(headers):
        return Reason.AUTOMATIC
    return Reason.NONE


def _is_vouched_for(message: InboundMessage) -> bool:
    """SPF is about the very address that a bounce goes to; DMARC about the one in From, so both must be of one domain."""
    if message.spf == Status.PASS.value:
        return True
    domain = read_recipient(message.envelope_from).domain
    is_same = bool(domain) and domain == read_recipient(message.sender_key).domain
    return is_same and message.dmarc == Status.PASS.value


def _attempt(work: Work, message: InboundMessage) -> None:
    code = BOUNCE_CODES[work.action.code]
    recipient = _as_given(message, work.delivery.recipient)
    bounce = Bounce(
        original_message_id=message.ses_message_id,
        sender=settings.BOUNCE_FROM_ADDRESS or f"mailer-daemon@{recipient.rpartition('@')[2]}",
        recipient=recipient,
        bounce_type=code.bounce_type,
        status=code.status,
        reply=code.reply,
        explanation=work.action.text or DEFAULT_TEXT,
    )
    attempt_once(work, lambda: ask_ses(bounce), ends_as=DeliveryState.BOUNCED)


def _as_given(message: InboundMessage, recipient_key: str) -> str:
    """The recipient as SES knows it."""
    return next((text for text in message.recipients if read_recipient(text).key == recipient_key), recipient_key)
