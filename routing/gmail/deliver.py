"""One delivery to Gmail: gates, the import, and what each way of failing means for it and its mailbox."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from credentials.grants.health import lose_permission
from credentials.grants.models import Health, OAuthGrant
from credentials.grants.tokens import TokenWaits
from portal.aws.s3 import SERVICE as S3, ObjectMissing
from portal.errors import AnswerLost, AuthExpired, ConfigurationError, OutsideError, Refused
from portal.google.errors import PermissionLost, SlowDown
from portal.google.gmail import Imported
from portal.holds import HoldLost
from portal.leases import claim, database_now, release
from portal.publish import publish
from portal.queues import TaskName
from portal.row_ids import row_id
from routing.gmail.head import trace_head
from routing.gmail.importing import UnclearError, Wish, joint_wish, put_into_mailbox
from routing.gmail.models import GmailImport, GmailMailbox
from routing.gmail.parking import park_waiting, parked_of, slow_down, wait_s
from routing.inbound import work as inbound_work
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.inbound.reasons import Reason
from routing.inbound.trace import trace_secret
from routing.inbound.work import Work, retry_delay_s, take
from routing.rules.definition import ActionKind

logger = logging.getLogger(__name__)

TOKEN_WAIT_S = 5.0
SHARED_WAIT_S = 10.0
SLOWEST_S = 600.0
CONFIGURATION_WAIT_S = 300.0
GIVE_UP_AFTER = timedelta(days=4)
GIVE_UP_TRIES = 20
SEEN_EVERY = timedelta(seconds=10)


def deliver_to_gmail(delivery_id: int) -> None:
    """Carry out one delivery if it is due and its mailbox takes mail; the outcome stands in the row."""
    mailbox = _mailbox_of(delivery_id)
    if mailbox is not None and _is_kept_back(delivery_id, mailbox):
        return
    work = take(delivery_id, ActionKind.GMAIL)
    if work is None:
        return
    with suppress(HoldLost):
        if mailbox is not None and mailbox.grant.is_working and parked_of(mailbox).exists():
            work.park(Reason.IN_ORDER)
            publish(TaskName.DRAIN_GMAIL, mailbox_id=mailbox.pk)
            return
        _carry_out(work, mailbox)


def deliver_in_turn(delivery_id: int) -> None:
    """The same for the delivery whose turn it is: nothing older waits for the mailbox."""
    work = take(delivery_id, ActionKind.GMAIL)
    if work is None:
        return
    with suppress(HoldLost):
        _carry_out(work, _mailbox_of(delivery_id))


def _mailbox_of(delivery_id: int) -> GmailMailbox | None:
    destination = InboundDelivery.objects.filter(pk=delivery_id).values_list("destination", flat=True).first()
    return GmailMailbox.objects.select_related("grant").filter(pk=row_id(destination) or 0).first()


def _is_kept_back(delivery_id: int, mailbox: GmailMailbox) -> bool:
    """Move it past the time for which Gmail wants nothing, without a claim: no attempt was made."""
    seconds = wait_s(mailbox)
    if seconds <= 0:
        return False
    rows = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.PENDING, lease_token="")
    return rows.update(retry_at=Now() + timedelta(seconds=seconds), reason=Reason.THROTTLED.value) == 1


def _carry_out(work: Work, mailbox: GmailMailbox | None) -> None:
    if mailbox is None:
        work.end(DeliveryState.FAILED, Reason.DESTINATION_GONE)
        return
    if not mailbox.grant.is_working:
        work.park(Reason.DESTINATION_BROKEN, detail=mailbox.grant.reason)
        return
    row = _import_row(work, mailbox)
    if row.state == GmailImport.State.OPEN:
        _import(work, row)
    elif row.state == GmailImport.State.DONE:
        work.end(DeliveryState.DELIVERED, detail="", gmail_message_id=row.gmail_message_id)
    else:
        work.end(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)


def _import_row(work: Work, mailbox: GmailMailbox) -> GmailImport:
    """The row of this message and mailbox; opened again when a person wants it delivered again."""
    delivery = work.delivery
    row, is_new = GmailImport.objects.get_or_create(
        message=delivery.message, mailbox=mailbox, defaults={"head": _head(delivery)}
    )
    if not is_new and row.state != GmailImport.State.OPEN and _is_wanted_again(delivery, row):
        GmailImport.objects.filter(pk=row.pk).update(state=GmailImport.State.OPEN, upload_url="", gmail_message_id="")
        row.refresh_from_db()
    row.message, row.mailbox = delivery.message, mailbox
    return row


def _is_wanted_again(delivery: InboundDelivery, row: GmailImport) -> bool:
    """By a person, since the import ended; the reason in the delivery does not outlast a wait."""
    ended_at = row.finished_at or row.created_at
    return delivery.events.filter(reason=Reason.AGAIN.value, at__gt=ended_at).exists()


def _import(work: Work, row: GmailImport) -> None:
    rows = GmailImport.objects.filter(pk=row.pk)
    token = claim(rows.filter(state=GmailImport.State.OPEN), lease_s=inbound_work.LEASE_S)
    if token is None:  # by the delivery to another of its recipients
        work.postpone(Reason.NONE, retry_in_s=SHARED_WAIT_S)
        return
    row.upload_url = rows.values_list("upload_url", flat=True).get()  # who had it before may have left one
    work.attempted()
    try:
        imported = put_into_mailbox(row, _wish(work.delivery))
    except UnclearError:
        rows.filter(lease_token=token).update(
            state=GmailImport.State.UNCERTAIN, finished_at=timezone.now(), lease_token="", lease_until=None
        )
        work.end(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)
    except (OutsideError, ConfigurationError) as error:
        release(rows, token)
        _after(error, work, row.mailbox)
    else:
        _finish(work, row, imported)


def _finish(work: Work, row: GmailImport, imported: Imported) -> None:
    """The id at Gmail and "delivered" in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        GmailImport.objects.filter(pk=row.pk).update(
            state=GmailImport.State.DONE, gmail_message_id=imported.gmail_message_id, finished_at=now,
            lease_token="", lease_until=None,
        )  # fmt: skip
        work.end(DeliveryState.DELIVERED, gmail_message_id=imported.gmail_message_id)
    stale = Q(last_delivered_at__isnull=True) | Q(last_delivered_at__lt=now - SEEN_EVERY)
    GmailMailbox.objects.filter(stale, pk=row.mailbox_id).update(last_delivered_at=now)


def _after(error: OutsideError | ConfigurationError, work: Work, mailbox: GmailMailbox) -> None:
    """What a failure means: for this delivery, and for all that goes to its mailbox."""
    detail = getattr(error, "code", "") or str(error)
    if isinstance(error, PermissionLost):
        _lose(mailbox, error.code)
        work.park(Reason.DESTINATION_BROKEN, detail=detail)
        park_waiting(mailbox)
    elif isinstance(error, SlowDown):
        seconds = error.retry_after_s or min(retry_delay_s(work.delivery.attempts), SLOWEST_S)
        slow_down(mailbox, seconds)
        work.postpone(Reason.THROTTLED, detail=detail, retry_in_s=seconds)
    elif isinstance(error, TokenWaits):
        _wait_for_token(mailbox)
        work.postpone(Reason.UNAVAILABLE, detail=detail, retry_in_s=TOKEN_WAIT_S)
    elif isinstance(error, ConfigurationError):
        work.postpone(Reason.NOT_CONFIGURED, detail=str(error), retry_in_s=CONFIGURATION_WAIT_S)
    elif isinstance(error, ObjectMissing):
        work.end(DeliveryState.FAILED, Reason.RAW_MISSING)
    elif isinstance(error, Refused) and error.service != S3:  # the bucket's refusal is not Gmail's word on the mail
        work.end(DeliveryState.FAILED, Reason.REFUSED, detail=f"{detail}: {error}")
    else:
        _try_later(error, work)


def _wait_for_token(mailbox: GmailMailbox) -> None:
    """While Google gives no tokens, not each mail has to find that out anew."""
    grant = OAuthGrant.objects.get(pk=mailbox.grant_id)
    if grant.health == Health.UNREACHABLE and grant.next_token_call_at is not None:
        slow_down(mailbox, (grant.next_token_call_at - database_now()).total_seconds())


def _try_later(error: OutsideError, work: Work) -> None:
    if work.delivery.attempts >= GIVE_UP_TRIES and work.delivery.created_at < timezone.now() - GIVE_UP_AFTER:
        work.end(DeliveryState.FAILED, Reason.GIVEN_UP, detail=error.code)
        return
    reason = Reason.ANSWER_LOST if isinstance(error, AnswerLost) else Reason.UNAVAILABLE
    if error.service == S3:
        reason = Reason.RAW_UNREACHABLE
    elif isinstance(error, AuthExpired):
        reason = Reason.REFUSED
    work.postpone(reason, detail=error.code)


def _lose(mailbox: GmailMailbox, code: str) -> None:
    """The token endpoint has written its own refusal down; what Gmail itself refuses is said here."""
    if OAuthGrant.objects.get(pk=mailbox.grant_id).is_working:
        lose_permission(mailbox.grant_id, reason=code)


def _head(delivery: InboundDelivery) -> str:
    recipients = [each.recipient for each in _of_same_import(delivery)]
    return trace_head(ses_message_id=delivery.message.ses_message_id, recipients=recipients, secret=trace_secret())


def _wish(delivery: InboundDelivery) -> Wish:
    options = [each.options for each in _of_same_import(delivery)]
    wish = joint_wish(Wish(tuple(each.get("labels", [])), bool(each.get("never_spam"))) for each in options)
    return replace(wish, in_sight=()) if delivery.message.is_canary else wish


def _of_same_import(delivery: InboundDelivery) -> list[InboundDelivery]:
    same = InboundDelivery.objects.filter(
        message=delivery.message_id, action=delivery.action, destination=delivery.destination
    )
    return list(same.order_by("id")[:100])
