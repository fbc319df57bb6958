"""What the review page and the list of approvals show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.approval.gate import needs_approval, open_approval, rule, why_void
from campaigns.approval.models import Approval
from campaigns.approval.services import key_of, possible_approvers, why_not_second
from campaigns.scheduling.meaning import readable
from campaigns.scheduling.wish import wish_from
from campaigns.sending.states import CampaignStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.sending.models import Campaign


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """The second person's part of the review page of one draft, as one person sees it."""

    is_needed: bool
    limit: int
    row: Approval | None  # the latest request
    void: str  # why it no longer stands, though that is not written down yet
    is_waiting: bool
    is_approved: bool
    timing: str  # when it is to leave, in words; "" as soon as somebody presses Send
    why_not: str  # why the reader cannot answer; "" when they can
    seen_key: str
    approvers: list[str]

    @property
    def must_ask(self) -> bool:
        return self.is_needed and not (self.is_waiting or self.is_approved)

    @property
    def may_send(self) -> bool:
        return not self.is_needed or (self.is_approved and not self.timing)


def is_needed_for(campaign: Campaign, people: int) -> bool:
    """Whether the page offers to ask for approval in place of sending."""
    return needs_approval(campaign, people)


def approval_context(campaign: Campaign, people: int, user: User) -> dict[str, Any]:
    """What the review page shows; a request that no longer stands is shown as void, and the sweep writes it down."""
    if campaign.status != CampaignStatus.DRAFT:
        return {"approval": None}
    current = open_approval(campaign)
    void = why_void(current, campaign, people) if current is not None else ""
    latest = current or Approval.objects.filter(campaign=campaign).select_related("requested_by", "answered_by").first()
    if latest is None and not needs_approval(campaign, people):
        return {"approval": None}
    shown = ShownApproval(
        is_needed=needs_approval(campaign, people),
        limit=rule().more_than or 0,
        row=latest,
        void=void,
        is_waiting=not void and current is not None and current.status == Approval.Status.WAITING,
        is_approved=not void and current is not None and current.status == Approval.Status.APPROVED,
        timing=timing_text(latest) if latest else "",
        why_not=why_not_second(current, user) if current else "",
        seen_key=key_of(current) if current else "",
        approvers=[person.get_username() for person in possible_approvers(campaign, asker=user)[:5]],
    )
    return {"approval": shown}


def timing_text(approval: Approval) -> str:
    """When it is to leave; "" for as soon as somebody presses Send."""
    if not approval.timing:
        return ""
    wish = wish_from(approval.timing)
    values = {"time": date_format(wish.local, "DATETIME_FORMAT"), "zone": readable(wish.zone)}
    if wish.is_by_recipients:
        return _("%(time)s by the clock of each recipient, else in %(zone)s") % values
    return _("%(time)s in %(zone)s") % values


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One line of the list."""

    approval: Approval
    timing: str
    why_not: str
    void: str


def approval_rows(rows: list[Approval], user: User) -> list[ApprovalRow]:
    """The requests as this person sees them; what changed since is said without counting the people again."""
    return [
        ApprovalRow(row, timing_text(row), why_not_second(row, user), why_void(row, row.campaign, row.recipient_count))
        for row in rows
    ]
