"""Taking a person out of the sending ledger: rows and counts stay, name nobody, and nothing that waits is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns.api.models import ApiRequest
from campaigns.feedback.models import RawEvent, WaitingNotification
from campaigns.messages.models import MessageVersion
from campaigns.privacy.anonymous import anonymous_address
from campaigns.privacy.subject import naming
from campaigns.reports.models import CampaignReport
from campaigns.sending.counts import Tally, apply_tally, lock_chunks
from campaigns.sending.models import Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import WAITING, CampaignKind, DeliveryState, Reason
from campaigns.transactional.models import SharedVersion, TransactionalMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.privacy.subject import Subject

_AT_ONCE = 200


def anonymise_deliveries(subject: Subject) -> dict[str, int]:
    """Take the address away, the words of the mail servers and the raw events; what waits is not sent.

    Chunks, deliveries, events: the order in which an intake of events takes them.
    """
    ids = list(Delivery.objects.filter(address_key__in=subject.address_keys).values_list("pk", flat=True))
    raw = 0
    for begin in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            _anonymise(ids[begin : begin + _AT_ONCE])
            raw += _forget_events(ids[begin : begin + _AT_ONCE])
    waiting, _rows = naming(WaitingNotification.objects.all(), "body", subject.address_keys).delete()
    return {"deliveries": len(ids), "raw_events": raw + waiting}


def forget_single_mails(subject: Subject) -> dict[str, int]:
    """Tests, confirmations and messages that went to the person: who got them, and what was filled in."""
    mails = Campaign.objects.exclude(campaign_kind=CampaignKind.CAMPAIGN).exclude(test_recipient="")
    deliveries = Delivery.objects.filter(address_key__in=subject.address_keys)
    wanted = Q(campaign_kind=CampaignKind.MESSAGE, pk__in=deliveries.values("campaign_id"))  # to several people
    for key in subject.address_keys:
        wanted |= Q(test_recipient__iexact=key)
    found = list(mails.filter(wanted).values_list("pk", flat=True)) if subject.address_keys else []
    for campaign_id in found:
        Campaign.objects.filter(pk=campaign_id).update(
            test_recipient=anonymous_address(campaign_id), given_values={}, only_contact_ids=[]
        )
    _forget_words(found, subject.address_keys)
    naming(ApiRequest.objects.all(), "answer", subject.address_keys).delete()
    return {"single_mails": len(found)}


@transaction.atomic
def _forget_words(campaign_ids: list[int], address_keys: Sequence[str]) -> None:
    """Empty what was written for this person alone, without a template. Whoever says the same again writes it anew."""
    written = TransactionalMessage.objects.filter(campaign__in=campaign_ids, template=None)
    for version_id in set(written.values_list("campaign__version_id", flat=True)):
        others = Delivery.objects.filter(campaign__version_id=version_id).exclude(address_key__in=address_keys)
        if others.exists():
            continue
        SharedVersion.objects.filter(version_id=version_id).delete()
        MessageVersion.objects.filter(pk=version_id).update(subject="", body="", text_body="", preheader="")


def _forget_events(delivery_ids: list[int]) -> int:
    events = DeliveryEvent.objects.filter(delivery_id__in=delivery_ids)
    events.exclude(diagnostic="").update(diagnostic="")
    return RawEvent.objects.filter(event_id__in=events.values("pk")).delete()[0]


def _anonymise(delivery_ids: list[int]) -> None:
    """The chunks are locked before their deliveries, as the senders and the events do."""
    chunks = _locked_chunks(delivery_ids)
    tallies = {chunk_id: Tally() for chunk_id in chunks}
    for row in Delivery.objects.filter(pk__in=delivery_ids).order_by("pk").select_for_update():
        row.address = row.address_key = anonymous_address(row.pk)
        row.contact = None
        if row.state in WAITING:
            before = (row.state, row.reason)
            row.state, row.reason, row.changed_at = DeliveryState.SKIPPED, Reason.FORGOTTEN, timezone.now()
            chunk = chunks.get((row.campaign_id, row.chunk_number))
            if chunk is not None:
                tallies[row.campaign_id, row.chunk_number].move(before, (row.state, row.reason))
        row.save(update_fields=["address", "address_key", "contact", "state", "reason", "changed_at"])
    # No counter tells that their domain is gone.
    CampaignReport.objects.filter(campaign__in={campaign_id for campaign_id, _number in chunks}).delete()
    for place, tally in tallies.items():
        apply_tally(chunks[place], tally)


def _locked_chunks(delivery_ids: list[int]) -> dict[tuple[int, int], Chunk]:
    places = set(Delivery.objects.filter(pk__in=delivery_ids).values_list("campaign_id", "chunk_number"))
    wanted = Q(pk=None)
    for campaign_id, number in places:
        wanted |= Q(campaign_id=campaign_id, number=number)
    return {(chunk.campaign_id, chunk.number): chunk for chunk in lock_chunks(Chunk.objects.filter(wanted))}
