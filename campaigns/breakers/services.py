"""Breakers: stop a campaign, or an account's new campaigns, when bounces or complaints pass their limit.

Each limit is answered by a person, with a reason; then it counts anew, so that it does not stop on the same figures.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.breakers.figures import (
    account_counts_from,
    account_figures,
    campaign_figures,
    counted_figures,
    limits_of,
)
from campaigns.breakers.guard import open_account_trip
from campaigns.breakers.models import BreakerTrip
from campaigns.breakers.rates import Figures, Limits, passed
from campaigns.breakers.wording import trip_text
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.services import resume_campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.sending.stops import CampaignStop, record_stop
from campaigns.sending.transitions import change_status, locked_campaign
from portal.activity import record_activity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from campaigns.breakers.rates import Measure

logger = logging.getLogger(__name__)

CAMPAIGN_ALERT = "campaign.breaker"
ACCOUNT_ALERT = "account.breaker"


def check_campaigns(campaign_ids: Iterable[int]) -> int:
    """Stop those of the campaigns that are sending and over a limit; call it after news about them has committed.

    Returns how many it stopped. Harmless to call as often as one likes: each is stopped once, whoever looks.
    """
    sending = Campaign.objects.filter(
        pk__in=set(campaign_ids), status=CampaignStatus.IN_PROGRESS, campaign_kind=CampaignKind.CAMPAIGN
    )
    limits: dict[int | None, Limits] = {}
    stopped = 0
    for campaign_id, account_id in sending.values_list("pk", "account_id"):
        if account_id not in limits:
            limits[account_id] = limits_of(account_id)
        figures = counted_figures(campaign_id)
        measure = passed(figures, limits[account_id])
        if measure is not None:
            stopped += _stop_campaign(campaign_id, measure, figures, limits[account_id])
    return stopped


@transaction.atomic
def _stop_campaign(campaign_id: int, measure: Measure, figures: Figures, limits: Limits) -> bool:
    """The campaign's row lets one through: whoever comes second finds it paused."""
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.IN_PROGRESS or campaign.account is None:
        return False
    trip = _write_trip(campaign.account, campaign, measure, figures, limits)
    text = trip_text(trip)
    change_status(campaign, CampaignStatus.PAUSED, verb="campaign.stopped", actor=None, reason=text)
    record_stop(campaign, CampaignStop.Deed.PAUSED)
    raise_alert(
        CAMPAIGN_ALERT,
        subject_key=f"campaign:{campaign.pk}",
        text=_("“%(name)s” was stopped: %(text)s") % {"name": campaign.name, "text": text},
        url=reverse("admin:campaigns_campaign_progress", args=[campaign.pk]),
        severity="bad",
    )
    logger.warning("breaker.tripped", extra={"campaign": campaign_id, "measure": measure.value})
    return True


@transaction.atomic
def resume_stopped(campaign_id: int, *, reason_text: str, actor: User | None) -> Campaign:
    """Let a campaign that the breaker stopped go on; it counts anew from these figures.

    Raises InvalidInput without a reason, Conflict unless it is paused.
    """
    why = _require_reason(reason_text)
    campaign = locked_campaign(campaign_id)
    now = campaign_figures(campaign_id)
    trips = BreakerTrip.objects.filter(campaign=campaign, ended_at__isnull=True)
    if _end(trips, why, actor, now):
        record_activity("campaign.let_go_on", actor=actor, target=campaign, reason=why)
        clear_alert(CAMPAIGN_ALERT, subject_key=f"campaign:{campaign_id}")
    return resume_campaign(campaign_id, actor=actor)


def check_accounts() -> int:
    """Let no account start campaigns whose campaigns of the last week are over a limit; returns how many it held."""
    held = 0
    for account in SendingAccount.objects.all():
        if open_account_trip(account.pk) is not None:
            continue
        limits = limits_of(account.pk).of_whole_account()
        figures = account_figures(account.pk, since=account_counts_from(account.pk))
        measure = passed(figures, limits)
        if measure is not None:
            held += _hold_account(account, measure, figures, limits)
    return held


def _hold_account(account: SendingAccount, measure: Measure, figures: Figures, limits: Limits) -> bool:
    try:
        with transaction.atomic():
            trip = _write_trip(account, None, measure, figures, limits)
            text = trip_text(trip)
            record_activity("account.held", actor=None, target=account, reason=text)
            raise_alert(
                ACCOUNT_ALERT,
                subject_key=f"account:{account.pk}",
                text=_("“%(name)s” starts no campaign: %(text)s") % {"name": account.name, "text": text},
                url=reverse("admin:campaigns_breakerlimits_changelist"),
                severity="bad",
            )
    except IntegrityError:  # another sweep was faster; one open trip is all there is
        return False
    logger.warning("breaker.account_held", extra={"account": account.pk, "measure": measure.value})
    return True


@transaction.atomic
def let_account_start(account_id: int, *, reason_text: str, actor: User | None) -> None:
    """Let the account start campaigns again; from now on only those count. Raises InvalidInput without a reason."""
    why = _require_reason(reason_text)
    account = SendingAccount.objects.select_for_update().get(pk=account_id)
    trips = BreakerTrip.objects.filter(account=account, campaign=None, ended_at__isnull=True)
    if _end(trips, why, actor, Figures()):
        record_activity("account.let_go_on", actor=actor, target=account, reason=why)
        clear_alert(ACCOUNT_ALERT, subject_key=f"account:{account_id}")


def sweep_breakers() -> dict[str, int]:
    """Look at everything that is sending, at every account, and at trips of campaigns that ended otherwise."""
    sending = Campaign.objects.filter(status=CampaignStatus.IN_PROGRESS).values_list("pk", flat=True)
    return {"stopped": check_campaigns(list(sending)), "held": check_accounts(), "over": _close_left_trips()}


def _close_left_trips() -> int:
    """A stopped campaign that was cancelled needs no answer any more."""
    left = BreakerTrip.objects.filter(ended_at__isnull=True, campaign__isnull=False)
    closed = 0
    for trip in left.exclude(campaign__status=CampaignStatus.PAUSED):
        with transaction.atomic():
            closed += BreakerTrip.objects.filter(pk=trip.pk, ended_at__isnull=True).update(ended_at=timezone.now())
            clear_alert(CAMPAIGN_ALERT, subject_key=f"campaign:{trip.campaign_id}")
    return closed


def _write_trip(
    account: SendingAccount, campaign: Campaign | None, measure: Measure, figures: Figures, limits: Limits
) -> BreakerTrip:
    return BreakerTrip.objects.create(
        account=account,
        campaign=campaign,
        measure=measure.value,
        answered_count=figures.answered,
        hit_count=figures.hits(measure),
        limit_pct=limits.pct(measure),
    )


def _end(trips: QuerySet[BreakerTrip], why: str, actor: User | None, now: Figures) -> int:
    return trips.update(
        ended_at=timezone.now(),
        ended_by=actor,
        ended_by_name=actor.get_username() if actor else "",
        why=why,
        answered_then=now.answered,
        bounced_then=now.bounced,
        complained_then=now.complained,
    )


def _require_reason(reason_text: str) -> str:
    if not reason_text.strip():
        raise InvalidInput(_("Say why it should go on."))
    return reason_text.strip()[:500]
