"""What was asked or approved of a campaign ends when something else stands there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.approval.gate import OPEN, open_approval, why_void
from campaigns.approval.models import Approval
from campaigns.sending.states import CampaignStatus
from portal.activity import record_activity

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

AT_ONCE = 100  # for each sweep


def void_if_changed(approval: Approval, people: int) -> str:
    """Void an open request that no longer stands for the campaign as it is; the reason, or ""."""
    reason = why_void(approval, approval.campaign, people)
    if reason:
        _void(approval, reason)
    return reason


def void_after_change(campaign: Campaign) -> None:
    """The draft was saved: what was asked or approved of it before holds no more where something else stands now.

    In the transaction that saves it; the people are not counted for it.
    """
    approval = open_approval(campaign)
    if approval is not None and (reason := why_void(approval, campaign, approval.recipient_count)):
        _void(approval, reason)


@transaction.atomic
def _void(approval: Approval, reason: str) -> None:
    voided = Approval.objects.filter(pk=approval.pk, status__in=OPEN)
    if voided.update(status=Approval.Status.VOID, void_because=reason[:300]):
        record_activity("campaign.approval_void", actor=None, target=approval.campaign, reason=reason)


def void_outdated() -> int:
    """Write down what no longer holds, also where a layout, a snippet or a list was changed; called by the sweep."""
    rows = Approval.objects.filter(status__in=OPEN, campaign__status=CampaignStatus.DRAFT).select_related("campaign")
    return sum(bool(void_if_changed(row, row.recipient_count)) for row in rows[:AT_ONCE])
