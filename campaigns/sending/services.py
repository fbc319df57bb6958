"""What people do with a campaign: start, schedule, take back, pause, resume, cancel, test."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.approval.gate import require_approved, require_still_approved
from campaigns.breakers.guard import require_no_open_trip
from campaigns.scheduling.rows import (
    end_waves,
    forget_schedule,
    note_start,
    schedule_of,
    wish_at,
    wish_of,
    write_schedule,
)
from campaigns.segments.frozen import freeze_segments
from campaigns.sending import gate
from campaigns.sending.freezing import freeze_words
from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign, Chunk, SendingAccount
from campaigns.sending.readiness import require_ready
from campaigns.sending.review import require_sendable
from campaigns.sending.states import CampaignStatus
from campaigns.sending.stops import CampaignStop, calls_under_way, record_stop
from campaigns.sending.transitions import change_status, locked_campaign, make_due, require_status
from campaigns.splits.versions import thaw_versions
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from campaigns.approval.models import Approval
    from campaigns.scheduling.wish import Wish, WishDict

logger = logging.getLogger(__name__)


def start_campaign(campaign_id: int, *, actor: User | None) -> Campaign:
    """Press Send: freeze message and segments, let it leave after SEND_GRACE_S seconds, until when it can be taken back.

    Raises Conflict when it was started already (also by somebody else a moment ago), InvalidInput when a check blocks
    it or something that every mail needs is missing, TemplateInvalid when the message cannot be compiled,
    ApprovalNeeded when a second person has to look at it first.
    """
    checked = _require_sendable(campaign_id, CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, deed=_("sent"))
    approval = require_approved(checked, timing=_own_timing(checked) if actor is None else None)
    return _start(checked, actor, approval)


def _own_timing(campaign: Campaign) -> WishDict | None:
    """The wish by which it leaves by itself; None for a draft, which leaves when somebody sends it."""
    schedule = schedule_of(campaign) if campaign.status == CampaignStatus.SCHEDULED else None
    return wish_of(schedule).as_dict() if schedule else None


def _require_sendable(campaign_id: int, *statuses: CampaignStatus, deed: str) -> Campaign:
    """The campaign as it was when no check blocked it; looked at outside a transaction, because SES is asked too."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise Conflict(_("This campaign no longer exists."))
    require_status(campaign, *statuses, deed=deed)
    require_ready(campaign)
    require_sendable(campaign)
    return campaign


def _locked_as_checked(checked: Campaign) -> Campaign:
    """The campaign, held. Raises Conflict when it was changed since it was checked."""
    campaign = locked_campaign(checked.pk)
    if campaign.status == checked.status and campaign.updated_at != checked.updated_at:
        raise Conflict(_("“%s” was changed a moment ago. Look at the review once more.") % campaign.name)
    return campaign


@transaction.atomic
def _start(checked: Campaign, actor: User | None, approval: Approval | None) -> Campaign:
    campaign = _locked_as_checked(checked)
    require_status(campaign, CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, deed=_("sent"))
    require_still_approved(approval)
    note_start(campaign, actor)
    freeze_words(campaign, actor)
    frozen_segments = freeze_segments(campaign, now=timezone.now())
    send_after = timezone.now() + timedelta(seconds=settings.SEND_GRACE_S)
    change_status(
        campaign, CampaignStatus.PENDING, verb="campaign.started", actor=actor, version=campaign.version,
        send_after=send_after, started_at=timezone.now(), plan_cursor=0, planned_at=None,
        frozen_segments=frozen_segments,
    )  # fmt: skip
    if not settings.SEND_GRACE_S:
        make_due(campaign)
    # The hint comes two seconds later than the row allows, so that clocks that differ a little do not waste it.
    publish(
        TaskName.PLAN_CAMPAIGN, delay_s=settings.SEND_GRACE_S + 2 * bool(settings.SEND_GRACE_S), campaign_id=campaign.pk
    )
    return campaign


def schedule_campaign(campaign_id: int, *, at: datetime, actor: User | None, wish: Wish | None = None) -> Campaign:
    """Let a draft start by itself at `at` (aware), or a scheduled campaign at another time; it is checked again then.

    `wish` says how `at` was found; campaigns.scheduling.services finds it. Raises InvalidInput when that is past or a
    check blocks it, ApprovalNeeded, Conflict by its status.
    """
    if wish is None and at <= timezone.now():
        raise InvalidInput(_("That time has passed. Choose a later one, or send now."))
    wish = wish or wish_at(at)
    checked = _require_sendable(campaign_id, CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, deed=_("scheduled"))
    approval = require_approved(checked, timing=wish.as_dict())
    return _schedule(checked, at, wish, actor, approval)


@transaction.atomic
def _schedule(checked: Campaign, at: datetime, wish: Wish, actor: User | None, approval: Approval | None) -> Campaign:
    campaign = _locked_as_checked(checked)
    require_status(campaign, CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, deed=_("scheduled"))
    require_still_approved(approval)
    verb = "campaign.scheduled" if campaign.status == CampaignStatus.DRAFT else "campaign.rescheduled"
    change_status(campaign, CampaignStatus.SCHEDULED, verb=verb, actor=actor, scheduled_at=at)
    write_schedule(campaign, wish, actor)
    return campaign


@transaction.atomic
def take_back(campaign_id: int, *, actor: User | None) -> Campaign:
    """Make it a draft again, while nothing has left. Raises Conflict when it has."""
    campaign = locked_campaign(campaign_id)
    require_status(campaign, CampaignStatus.PENDING, CampaignStatus.SCHEDULED, deed=_("taken back"))
    if campaign.planned_at is not None or campaign.plan_cursor or campaign.lease_token:
        raise Conflict(_("“%s” is leaving already. Pause or cancel it instead.") % campaign.name)
    change_status(
        campaign, CampaignStatus.DRAFT, verb="campaign.taken_back", actor=actor, version=None, send_after=None,
        scheduled_at=None, started_at=None, frozen_segments={},
    )  # fmt: skip
    thaw_versions(campaign)
    forget_schedule(campaign)
    return campaign


@transaction.atomic
def send_now(campaign_id: int, *, actor: User | None) -> Campaign:
    """End the time in which Send can be taken back. Raises Conflict unless the campaign waits for it."""
    campaign = locked_campaign(campaign_id)
    require_status(campaign, CampaignStatus.PENDING, deed=_("sent at once"))
    make_due(campaign)
    record_activity("campaign.sent_at_once", actor=actor, target=campaign)
    publish(TaskName.PLAN_CAMPAIGN, campaign_id=campaign.pk)
    return campaign


def pause_campaign(campaign_id: int, *, actor: User | None, reason: str = "") -> Campaign:
    """Let the calls on their way end, and no further one begin. Raises Conflict unless it is sending.

    Call it outside a transaction; where rows are held, pause_by_system is the one that waits for nobody.
    """
    under_way = calls_under_way(campaign_id)
    with gate.closed(campaign_id), transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require_status(campaign, CampaignStatus.IN_PROGRESS, deed=_("paused"))
        change_status(campaign, CampaignStatus.PAUSED, verb="campaign.paused", actor=actor, reason=reason)
        record_stop(campaign, CampaignStop.Deed.PAUSED, seen_before=under_way)
    return campaign


def pause_by_system(campaign_id: int, *, reason: str) -> None:
    """Pause because going on would harm; harmless when the campaign is no longer sending."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        if campaign.status == CampaignStatus.IN_PROGRESS:
            change_status(campaign, CampaignStatus.PAUSED, verb="campaign.paused", actor=None, reason=reason)
            record_stop(campaign, CampaignStop.Deed.PAUSED)


@transaction.atomic
def resume_campaign(campaign_id: int, *, actor: User | None) -> Campaign:
    """Go on where it was paused. Raises Conflict unless it is paused, or while a breaker waits for a reason."""
    campaign = locked_campaign(campaign_id)
    require_status(campaign, CampaignStatus.PAUSED, deed=_("resumed"))
    require_no_open_trip(campaign)
    change_status(campaign, CampaignStatus.IN_PROGRESS, verb="campaign.resumed", actor=actor)
    _wake_chunks(campaign)
    publish_lanes(campaign)
    return campaign


def cancel_campaign(campaign_id: int, *, actor: User | None) -> Campaign:
    """Send nothing more. No call begins after this has committed; who waits becomes `cancelled`, by the workers.

    Call it outside a transaction. Raises Conflict when it is finished already, or is still a draft.
    """
    under_way = calls_under_way(campaign_id)
    with gate.closed(campaign_id), transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require_status(
            campaign, CampaignStatus.PENDING, CampaignStatus.SCHEDULED, CampaignStatus.IN_PROGRESS,
            CampaignStatus.PAUSED, CampaignStatus.FAILED, deed=_("cancelled"),
        )  # fmt: skip
        change_status(
            campaign, CampaignStatus.CANCELLED, verb="campaign.cancelled", actor=actor, finished_at=timezone.now()
        )
        record_stop(campaign, CampaignStop.Deed.CANCELLED, seen_before=under_way)
        end_waves(campaign)
        _wake_chunks(campaign)
        publish_lanes(campaign)
    return campaign


def _wake_chunks(campaign: Campaign) -> None:
    """Make the resting chunks due now.

    One that somebody holds is passed over: workers take chunk, then campaign, and we hold the campaign already.
    """
    resting = Chunk.objects.filter(campaign=campaign, is_open=True, retry_at__isnull=False)
    free = resting.select_for_update(skip_locked=True).values_list("pk", flat=True)
    Chunk.objects.filter(pk__in=list(free)).update(retry_at=None)


def fail_campaign(campaign_id: int, *, reason: str) -> None:
    """Mark a campaign that cannot start as failed, with the reason; harmless when it has moved on."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        if campaign.status == CampaignStatus.SCHEDULED:
            change_status(campaign, CampaignStatus.PENDING, verb="campaign.started", actor=None)
        if campaign.status == CampaignStatus.PENDING:
            change_status(
                campaign, CampaignStatus.FAILED, verb="campaign.failed", actor=None, reason=reason,
                finished_at=timezone.now(),
            )  # fmt: skip


def stop_account(account_id: int, *, problem: str) -> None:
    """The provider lets nothing out: hold every campaign of the account until a quota refresh finds it open.

    The log says it once, not after each group that tries again.
    """
    account = SendingAccount.objects.get(pk=account_id)
    stopped = SendingAccount.objects.filter(pk=account_id, is_sending_enabled=True)
    if stopped.update(is_sending_enabled=False, problem=problem[:300]) and not account.is_probing:
        record_activity("account.stopped", actor=None, target=account, problem=problem)
