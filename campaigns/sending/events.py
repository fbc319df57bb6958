"""What SES says later, applied to the ledger: any order, any number of times, the same final state.

Events are matched by our tag, so they may come before our own commit; identity notifications, which have no tags, by
SES's message id. A state only ever gives way to a stronger one. A batch is one transaction of a few statements.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from campaigns.feedback.causes import Cause
from campaigns.feedback.counting import Refusals, count_refusals
from campaigns.feedback.tracking import DEEDS, settle_tracking
from campaigns.feedback.waiting import deliveries_of, let_wait
from campaigns.privacy.anonymous import is_anonymous
from campaigns.privacy.forgotten import is_forgotten, keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.sending import event_sql
from campaigns.sending.event_reader import Believed, SesEvent, UnreadableEvent, matched, read_event
from campaigns.sending.event_sql import ChunkChange, LockedDelivery, Move
from campaigns.sending.states import FINAL, DeliveryState, Reason
from campaigns.suppression.models import Suppression
from campaigns.suppression.newer_word import is_overruled
from campaigns.suppression.services import suppress
from credentials.smtp_users.mail_news import MARK
from portal import metrics
from portal.logs import correlation, log_context

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

_STRENGTH = {
    DeliveryState.ACCEPTED: 2,
    DeliveryState.DELIVERED: 4,
    DeliveryState.REFUSED: 5,
    DeliveryState.BOUNCED: 6,
    DeliveryState.COMPLAINED: 7,
}
_TRANSIENT_BOUNCE_STRENGTH = 3  # an auto-reply or a full mailbox says less than a delivery
_TRANSIENT = frozenset(
    {
        Reason.MAILBOX_FULL,
        Reason.MESSAGE_TOO_LARGE,
        Reason.CONTENT_REJECTED,
        Reason.BOUNCED_TRANSIENT,
    }
)
ON_SES_LIST = "permanent/onaccountsuppressionlist"
_BAD_NEWS = frozenset({DeliveryState.BOUNCED, DeliveryState.COMPLAINED})
_HAS_RECEIPT = FINAL - {DeliveryState.UNCERTAIN, DeliveryState.SKIPPED, DeliveryState.CANCELLED}
# Called after the commit: with the campaigns that have more bounces or complaints than before, and with the events of
# heartbeat mails. Filled by campaigns.apps; what they raise is logged, and the batch stays applied.
AFTER_BAD_NEWS: list[Callable[[frozenset[int]], object]] = []
AFTER_CANARY_EVENTS: list[Callable[[list[SesEvent]], object]] = []
# Given the bodies about mail of others; says how many of them it knows, which are counted as refused no more.
OTHERS_MAIL: list[Callable[[list[str]], int]] = []


@dataclass(frozen=True, slots=True)
class EventReport:
    """What became of a batch of bodies."""

    applied: int  # moved a delivery
    unchanged: int
    unknown: int  # a tag of ours without a row
    unreadable: int
    waiting: int = 0  # notifications kept until their receipt comes
    repeated: int = 0
    refusals: Refusals = field(default_factory=Refusals)
    others_error: Exception | None = None  # mail of others could not be counted: the bodies must come again


@dataclass(slots=True)
class _Others:
    """Bodies about mail that campaigns did not send, or may not have sent."""

    not_ours: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)  # with our tag, but of somebody with a login of their own


@dataclass(slots=True)
class _Batch:
    """A batch on its way through the transaction."""

    refusals: Refusals = field(default_factory=Refusals)
    deliveries: dict[int, LockedDelivery] = field(default_factory=dict)
    chunks: dict[tuple[int, int], ChunkChange] = field(default_factory=dict)
    moved: dict[int, Move] = field(default_factory=dict)
    receipts: dict[int, SesEvent] = field(default_factory=dict)
    applied: int = 0
    waiting: int = 0
    worse: set[int] = field(default_factory=set)  # campaigns


def strength(state: DeliveryState, reason: Reason) -> tuple[int, int]:
    """How much a position knows; of two, the stronger stays. Ties go by the reason's number, so order never matters."""
    if state is DeliveryState.BOUNCED and reason in _TRANSIENT:
        return _TRANSIENT_BOUNCE_STRENGTH, int(reason)
    return _STRENGTH.get(state, 0), int(reason)


def apply_events(bodies: Iterable[str]) -> EventReport:
    """Apply a batch of queue bodies in one transaction; harmless to repeat. What cannot be used is counted by cause."""
    batch = _Batch()
    others = _Others()
    events = _read_all(bodies, batch.refusals, others)
    others_error = _note_others(others, batch.refusals)
    unreadable = sum(batch.refusals.counts.values())
    canaries = [event for event in events if event.canary_id]
    with transaction.atomic():
        _apply([event for event in events if not event.canary_id], batch)
    _tell(batch, canaries)
    _log_traces(events)
    metrics.count("events.applied_count", batch.applied)
    unknown = batch.refusals.of(Cause.UNKNOWN_TAG)
    return EventReport(
        applied=batch.applied,
        unchanged=len(events) - len(canaries) - batch.applied - unknown,
        unknown=unknown,
        unreadable=unreadable,
        waiting=batch.waiting,
        repeated=batch.refusals.of(Cause.REPEATED),
        refusals=batch.refusals,
        others_error=others_error,
    )


def _log_traces(events: list[SesEvent]) -> None:
    """Lines under the correlation id of the click that sent the mails: it leads on to what became of them."""
    told_by = correlation.get().get("correlation_id", "")
    for trace, count in Counter(event.trace for event in events if event.trace).items():
        with log_context(correlation_id=trace):
            logger.info("events.of_mail", extra={"event_count": count, "told_by": told_by})


def _note_others(others: _Others, refusals: Refusals) -> Exception | None:
    """Mail of SMTP users is counted elsewhere. What breaks there holds no event up, and is the caller's to bring again."""
    broken: Exception | None = None
    for bodies in (others.not_ours, others.marked):
        for note in OTHERS_MAIL if bodies else ():
            try:
                known = note(bodies)
            except Exception as error:
                logger.exception("events.others_broken")
                broken, known = error, len(bodies)  # whose they are shows when they come again
            if bodies is others.not_ours:
                refusals.take_off(Cause.NOT_OURS, known)
    return broken


def _read_all(bodies: Iterable[str], refusals: Refusals, others: _Others) -> list[SesEvent]:
    believed = Believed(settings.SES_EVENTS_TOPIC_ARN, settings.SES_ACCOUNT_ID)
    events: list[SesEvent] = []
    for body in bodies:
        try:
            event = read_event(body, believed)
        except UnreadableEvent as error:
            refusals.add(error.cause, f"{error.event_type} {body}".strip())
            if error.cause is Cause.NOT_OURS:
                others.not_ours.append(body)
            continue
        if MARK in body:
            others.marked.append(body)
        if not event.is_known_type:
            refusals.add(Cause.UNKNOWN_TYPE, event.event_type)
        events.append(event)
    return events


def _apply(events: list[SesEvent], batch: _Batch) -> None:
    tagged = _matched(events, batch)
    wanted = {event.delivery_id for event in tagged}
    if wanted:
        batch.chunks = event_sql.lock_chunks_of(wanted)
        batch.deliveries = event_sql.lock_deliveries(wanted)
    known = _known(tagged, batch)
    fresh_ids = event_sql.append_events(known)
    fresh = [event for event in known if event.event_key in fresh_ids]
    _count_repeated(len(known) - len(fresh), batch.refusals)
    for event in fresh:
        _move(event, batch)
    event_sql.move_deliveries(list(batch.moved.values()))
    event_sql.append_receipts(list(batch.receipts.values()))
    _settle_tracking(fresh, fresh_ids, batch)
    event_sql.count_changes(batch.chunks.values())
    _suppress(fresh, batch.deliveries)
    if batch.refusals.counts:
        count_refusals(batch.refusals)


def _matched(events: list[SesEvent], batch: _Batch) -> list[SesEvent]:
    """All events with their deliveries; notifications whose receipt is not there yet are kept for later."""
    tagged = [event for event in events if event.delivery_id]
    untagged = [event for event in events if not event.delivery_id]
    if not untagged:
        return tagged
    found = deliveries_of(event.ses_message_id for event in untagged)
    waiting = [event for event in untagged if event.ses_message_id not in found]
    let_wait(waiting)
    batch.waiting = len(waiting)
    return tagged + [matched(event, found[event.ses_message_id]) for event in untagged if event.ses_message_id in found]


def _known(events: list[SesEvent], batch: _Batch) -> list[SesEvent]:
    """Those about deliveries that exist and that went to this address, each once."""
    keep_raw = settings.RAW_EVENTS_DAYS > 0
    found: dict[str, SesEvent] = {}
    for event in events:
        row = batch.deliveries.get(event.delivery_id)
        if row is None:
            batch.refusals.add(Cause.UNKNOWN_TAG, f"{event.event_type} {event.delivery_id}")
        elif is_anonymous(row.address):
            batch.refusals.add(Cause.ERASED, event.event_type)
            found[event.event_key] = _of_nobody(event)
        elif not _is_to(event, row):
            batch.refusals.add(Cause.OTHER_ADDRESS, f"{event.event_type} {event.delivery_id}")
        elif event.event_key in found:
            batch.refusals.add(Cause.REPEATED)
        else:
            found[event.event_key] = event if keep_raw else replace(event, body="")
    return list(found.values())


def _of_nobody(event: SesEvent) -> SesEvent:
    """About somebody who was forgotten: the state counts, the words and the raw event would name them again.

    What they said for good is kept with the hash of their address; another address is that of a stranger's mail.
    """
    reason = _FOR_GOOD.get(event.suppresses)
    if reason is not None and event.addresses and is_forgotten(event.addresses[0]):
        keep_forgotten(event.addresses[0], reason)
    return replace(event, body="", diagnostic="", suppresses="")


_FOR_GOOD = {
    "bounce": ForgottenAddress.Reason.BOUNCE,
    "complaint": ForgottenAddress.Reason.COMPLAINT,
}


def _is_to(event: SesEvent, row: LockedDelivery) -> bool:
    """Another installation on the same topic has deliveries with the same numbers, but not to the same people."""
    return not event.addresses or row.address_key in event.addresses or row.address.lower() in event.addresses


def _count_repeated(count: int, refusals: Refusals) -> None:
    if count:
        refusals.counts[Cause.REPEATED] = refusals.of(Cause.REPEATED) + count


def _move(event: SesEvent, batch: _Batch) -> None:
    """Move the delivery if the event is stronger than what is known."""
    row = batch.deliveries[event.delivery_id]
    chunk = batch.chunks.get((row.campaign_id, row.chunk_number))
    at = batch.moved.get(row.delivery_id, Move(row.delivery_id, row.state, row.reason))
    before = DeliveryState(at.state), Reason(at.reason)
    if chunk is None or event.state is None or strength(event.state, event.reason) <= strength(*before):
        return
    batch.moved[row.delivery_id] = Move(row.delivery_id, event.state, event.reason)
    chunk.tally.move(before, (event.state, event.reason))
    batch.applied += 1
    if row.state not in _HAS_RECEIPT and event.ses_message_id:
        batch.receipts[row.delivery_id] = event
    if event.state in _BAD_NEWS:
        batch.worse.add(row.campaign_id)


def _settle_tracking(fresh: list[SesEvent], fresh_ids: dict[str, int], batch: _Batch) -> None:
    """Opens and clicks, and whatever tells when the mail arrived, which may come after them."""
    telling = {event.delivery_id for event in fresh if event.event_type in {*DEEDS, "send", "delivery"}}
    if not telling:
        return
    for delivery_id, change in settle_tracking(telling, fresh_ids.values()).items():
        row = batch.deliveries[delivery_id]
        chunk = batch.chunks.get((row.campaign_id, row.chunk_number))
        if chunk is not None:
            chunk.tracking.update(change)


def _suppress(events: list[SesEvent], deliveries: dict[int, LockedDelivery]) -> None:
    # In one order, so that two batches that suppress the same people do not wait for each other.
    for event in sorted(events, key=lambda event: deliveries[event.delivery_id].address_key):
        row = deliveries[event.delivery_id]
        if event.suppresses and not _says_nothing_new(event, row.address_key):
            _suppress_for(event, row.address)


def _says_nothing_new(event: SesEvent, address_key: str) -> bool:
    if event.suppresses != Suppression.Reason.BOUNCE:
        return False
    is_off_ses_list = event.sub_type == ON_SES_LIST
    return is_overruled(address_key, happened_at=event.happened_at, is_off_ses_list=is_off_ses_list)


def _suppress_for(event: SesEvent, address: str) -> None:
    """The first entry stays, but of SES's own words the complaint, whichever came first."""
    reason, source = Suppression.Reason(event.suppresses), Suppression.Source.SES_EVENT
    entry = suppress(address, reason=reason, source=source, note=event.diagnostic)
    was_bounce = entry.source == source and entry.reason == Suppression.Reason.BOUNCE
    if was_bounce and reason is Suppression.Reason.COMPLAINT:
        entry.reason, entry.note = reason, event.diagnostic
        entry.save(update_fields=["reason", "note"])


def _tell(batch: _Batch, canaries: list[SesEvent]) -> None:
    """Whoever wants to know, after the commit: a part that breaks must not bring the events again."""
    worse = frozenset(batch.worse)
    news: list[Callable[[], object]] = [partial(tell, worse) for tell in AFTER_BAD_NEWS if worse]
    news += [partial(tell, canaries) for tell in AFTER_CANARY_EVENTS if canaries]
    for tell in news:
        try:
            tell()
        except Exception:
            logger.exception("events.listener_broken")
