"""Whether a campaign may leave without, or with, the word of a second person; asked by every way to send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.approval.fingerprint import changed_parts, fingerprints_of
from campaigns.approval.models import Approval, ApprovalRule
from campaigns.scheduling.wish import wish_from
from campaigns.sending.audience import review_audience
from campaigns.sending.states import CampaignKind
from portal.errors import Conflict
from portal.wording import format_count

if TYPE_CHECKING:
    from campaigns.scheduling.wish import WishDict
    from campaigns.sending.models import Campaign

OPEN = (Approval.Status.WAITING, Approval.Status.APPROVED)


class ApprovalNeeded(Conflict):
    """The campaign is so large that a second person has to approve it first."""


def rule() -> ApprovalRule:
    """The installation's rule; without a limit until an Owner sets one."""
    return ApprovalRule.objects.order_by("pk").first() or ApprovalRule()


def needs_approval(campaign: Campaign, people: int) -> bool:
    """Whether a campaign to so many people needs a second person."""
    limit = rule().more_than
    return limit is not None and campaign.campaign_kind == CampaignKind.CAMPAIGN and people > limit


def open_approval(campaign: Campaign) -> Approval | None:
    """The request that waits or was approved; None when there is none or it is void."""
    return Approval.objects.filter(campaign=campaign, status__in=OPEN).first()


def why_void(approval: Approval, campaign: Campaign, people: int) -> str:
    """Why the request no longer stands for the campaign as it is, in a sentence; "" while it does."""
    changed = changed_parts(approval.fingerprints, fingerprints_of(campaign))
    if changed:
        return _("Changed since: %s.") % ", ".join(changed)
    borne = approval.recipient_count * (1 + rule().tolerance_pct / 100)
    if people > borne:
        counts = {"before": format_count(approval.recipient_count), "now": format_count(people)}
        return _("The audience grew from %(before)s to %(now)s people since.") % counts
    return ""


def require_approved(campaign: Campaign, *, timing: WishDict | None) -> Approval | None:
    """The approval that lets the campaign leave at this time; None where none is needed.

    `timing`: the wish it is scheduled by; None to send now. Counts the audience when there is a limit, so call it
    outside transactions. Raises ApprovalNeeded with what to do.
    """
    if rule().more_than is None or campaign.campaign_kind != CampaignKind.CAMPAIGN:
        return None
    people = review_audience(campaign).will_get
    if not needs_approval(campaign, people):
        return None
    approval = open_approval(campaign)
    if approval is None:
        text = _("Campaigns to more than %s people need the approval of a second person. Ask for it on this page.")
        raise ApprovalNeeded(text % format_count(rule().more_than))
    if reason := why_void(approval, campaign, people):
        raise ApprovalNeeded(_("The approval no longer holds. %s Ask for it again.") % reason)
    if approval.status != Approval.Status.APPROVED:
        raise ApprovalNeeded(_("It waits for the approval of a second person."))
    if not _covers(approval, timing):
        raise ApprovalNeeded(_("Another time was approved. Ask for approval of this one."))
    return approval


def _covers(approval: Approval, timing: WishDict | None) -> bool:
    """What was approved for one time may leave at that time or, sent by hand, later; never earlier."""
    approved = approval.timing
    if timing is not None:
        return wish_from(approved) == wish_from(timing) if approved else False
    return not approved or wish_from(approved).resolved().moment <= timezone.now()


def require_still_approved(approval: Approval | None) -> None:
    """Look again in the transaction that lets the campaign go. Raises ApprovalNeeded."""
    if approval is None:
        return
    held = Approval.objects.select_for_update().filter(pk=approval.pk, status=Approval.Status.APPROVED)
    if held.first() is None:
        raise ApprovalNeeded(_("The approval was taken back a moment ago."))
