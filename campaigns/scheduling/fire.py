"""Starting what is scheduled when its moment comes; long after it, asking a person first.

Any number of schedulers may do this at once: each deed is decided under the lock of its campaign.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.approval.gate import ApprovalNeeded
from campaigns.breakers.guard import why_account_is_held
from campaigns.scheduling.models import Schedule
from campaigns.scheduling.rows import LATE_CODE, wish_at
from campaigns.sending.models import Campaign
from campaigns.sending.sender import CANNOT_BE_MADE
from campaigns.sending.services import fail_campaign, start_campaign
from campaigns.sending.states import CampaignStatus
from campaigns.sending.transitions import locked_campaign
from portal import leases
from portal.activity import record_activity
from portal.alerts.services import raise_alert
from portal.errors import Conflict
from portal.wording import format_duration

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

AT_ONCE = 100  # campaigns for each sweep


def start_due_campaigns() -> int:
    """Start the scheduled campaigns whose time has come; called by the sweep. Returns how many started."""
    due = Campaign.objects.filter(scheduled_at__lte=Now(), status=CampaignStatus.SCHEDULED)
    due = due.exclude(schedule__state=Schedule.State.ASKING).order_by("scheduled_at")
    now = leases.database_now()
    return sum(_fire(campaign, now) for campaign in due.defer("body", "text_body")[:AT_ONCE])


def _fire(campaign: Campaign, now: datetime) -> bool:
    campaign_id, at = campaign.pk, campaign.scheduled_at
    late_s = (now - at).total_seconds() if at else 0.0
    if late_s > settings.SCHEDULE_ASK_AFTER_S:
        because = _("Nothing ran at its time. That was %s ago.") % format_duration(late_s)
        hold_schedule(campaign_id, because=because, late_s=late_s)
        return False
    if held := why_account_is_held(campaign.account_id):
        hold_schedule(campaign_id, because=held, late_s=late_s)
        return False
    try:
        start_campaign(campaign_id, actor=None)
    except ApprovalNeeded as error:
        hold_schedule(campaign_id, because=str(error), late_s=late_s)
    except Conflict:  # somebody was faster, or put it off: what they did stands
        logger.info("campaign.not_started", extra={"campaign": campaign_id})
    except CANNOT_BE_MADE as error:
        fail_campaign(campaign_id, reason=str(error))
    else:
        return True
    return False


@transaction.atomic
def hold_schedule(campaign_id: int, *, because: str, late_s: float) -> None:
    """Let a due campaign wait for the word of a person, and say so; harmless when it was dealt with meanwhile."""
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.SCHEDULED or campaign.scheduled_at is None:
        return
    if campaign.scheduled_at > leases.database_now():
        return
    schedule, _is_new = Schedule.objects.get_or_create(
        campaign=campaign, defaults={**wish_at(campaign.scheduled_at).as_dict(), "state": Schedule.State.WAITING}
    )
    if schedule.state == Schedule.State.ASKING:
        return
    schedule.state, schedule.asks_because, schedule.late_s = Schedule.State.ASKING, because[:300], int(late_s)
    schedule.save(update_fields=["state", "asks_because", "late_s"])
    record_activity("campaign.schedule_held", actor=None, target=campaign, reason=because)
    text = _("“%(name)s” was not sent at its time and asks before it sends. %(why)s")
    raise_alert(
        LATE_CODE, subject_key=str(campaign.pk), text=text % {"name": campaign.name, "why": because},
        url=reverse("admin:campaigns_campaign_review", args=[campaign.pk]), severity="bad",
    )  # fmt: skip
