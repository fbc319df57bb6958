"""What the campaign chose for lost answers of an SMTP relay: to ask a person, or to send once more."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from campaigns.sending.finish import deliveries_of
from campaigns.sending.models import Campaign
from campaigns.sending.states import AccountKind, CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.moves import UNDECIDED, move_uncertain
from portal.activity import record_activity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.sending.models import Chunk, Delivery

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # then a person is asked after all: a relay whose answers never come would be fed for ever
_SENDS = frozenset({CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED, CampaignStatus.COMPLETED})


def resend_by_choice(chunks: Mapping[int, Sequence[Chunk]]) -> int:
    """Let wait again whom campaigns of relays chose to send to once more; `chunks` by campaign. Returns how many."""
    resent = 0
    for campaign in _choosers(list(chunks)):
        people = sum(_resend(chunk) for chunk in chunks[campaign.pk])
        if people:
            record_activity("campaign.uncertain_resent", actor=None, target=campaign, people=people)
            logger.info("uncertain.resent", extra={"campaign": campaign.pk, "people": people})
        resent += people
    return resent


def _choosers(campaign_ids: Sequence[int]) -> list[Campaign]:
    chosen = Campaign.objects.filter(pk__in=campaign_ids, resends_uncertain=True, status__in=_SENDS)
    return list(chosen.filter(account__kind=AccountKind.SMTP).defer("body", "text_body"))


def _resend(chunk: Chunk) -> int:
    undecided = deliveries_of(chunk).filter(state=DeliveryState.UNCERTAIN, reason__in=UNDECIDED)
    ids = list(undecided.filter(attempt_count__lt=MAX_ATTEMPTS).order_by("pk").values_list("pk", flat=True))
    return move_uncertain(chunk.pk, ids, (DeliveryState.DEFERRED, Reason.SENT_AGAIN)) if ids else 0


def will_be_resent(campaign: Campaign, delivery: Delivery) -> bool:
    """Whether the next pass lets this uncertain delivery of a relay wait again."""
    may_go = campaign.resends_uncertain and campaign.status in _SENDS
    return may_go and delivery.reason in UNDECIDED and delivery.attempt_count < MAX_ATTEMPTS
