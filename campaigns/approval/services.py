"""Asking for a second person's approval, answering, and voiding what no longer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.approval.fingerprint import fingerprints_of
from campaigns.approval.gate import OPEN, why_void
from campaigns.approval.models import Approval, ApprovalRule
from campaigns.approval.voiding import void_if_changed
from campaigns.sending.audience import review_audience
from campaigns.sending.models import Campaign
from campaigns.sending.readiness import require_ready
from campaigns.sending.review import require_sendable
from campaigns.sending.states import CampaignStatus
from campaigns.sending.transitions import locked_campaign, require_status
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.models import Activity

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.scheduling.wish import Wish

PERMISSION = "campaigns.approve_campaign"
MOST_PEOPLE = 500


def request_approval(campaign_id: int, *, note: str, wish: Wish | None, actor: User | None) -> Approval:
    """Ask for a second person's word on a draft as it stands; an open request of it is replaced.

    `wish`: when it is to leave; None as soon as somebody presses Send. Raises Conflict, InvalidInput.
    """
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise Conflict(_("This campaign no longer exists."))
    require_status(campaign, CampaignStatus.DRAFT, deed=_("approved"))
    require_ready(campaign)
    require_sendable(campaign)
    people = review_audience(campaign).will_get
    return _request(campaign, people, note, wish, actor)


@transaction.atomic
def _request(checked: Campaign, people: int, note: str, wish: Wish | None, actor: User | None) -> Approval:
    campaign = locked_campaign(checked.pk)
    require_status(campaign, CampaignStatus.DRAFT, deed=_("approved"))
    if campaign.updated_at != checked.updated_at:
        raise Conflict(_("“%s” was changed a moment ago. Look at the review once more.") % campaign.name)
    before = Approval.objects.filter(campaign=campaign, status__in=OPEN)
    before.update(status=Approval.Status.WITHDRAWN, void_because=_("Asked for again.")[:300])
    approval = Approval.objects.create(
        campaign=campaign,
        fingerprints=fingerprints_of(campaign),
        recipient_count=people,
        timing=dict(wish.as_dict()) if wish else {},
        note=note.strip()[:1000],
        requested_by=actor,
    )
    record_activity("campaign.approval_asked", actor=actor, target=campaign, people=people, note=approval.note)
    return approval


@transaction.atomic
def withdraw_approval(approval_id: int, *, actor: User) -> Approval:
    """Take a request or an approval back; whoever may change campaigns may do it. Raises Conflict."""
    approval = _locked(approval_id)
    if approval.status not in OPEN:
        raise Conflict(_("There is nothing to take back any more."))
    require_status(approval.campaign, CampaignStatus.DRAFT, deed=_("changed"))
    _close(approval, Approval.Status.WITHDRAWN)
    record_activity("campaign.approval_withdrawn", actor=actor, target=approval.campaign)
    return approval


def answer_approval(approval_id: int, *, approved: bool, note: str, seen_key: str, actor: User) -> Approval:
    """Approve or decline what the person has seen. Raises Conflict, InvalidInput.

    `seen_key`: `key_of` the campaign on the page that was looked at. What changed since then voids the request.
    """
    approval = Approval.objects.select_related("campaign").filter(pk=approval_id).first()
    if approval is None:
        raise Conflict(_("This request no longer exists."))
    require_second_person(approval, actor)
    people = review_audience(approval.campaign).will_get
    if reason := void_if_changed(approval, people):
        raise Conflict(_("This request no longer holds. %s It has to be asked for again.") % reason)
    if approved and seen_key != key_of(approval):
        raise Conflict(_("The request changed a moment ago. Look at it once more."))
    if not approved and not note.strip():
        raise InvalidInput(_("Say why, so that it can be mended."))
    status = Approval.Status.APPROVED if approved else Approval.Status.DECLINED
    return _answer(approval_id, status, note, actor)


@transaction.atomic
def _answer(approval_id: int, status: Approval.Status, note: str, actor: User) -> Approval:
    approval = _locked(approval_id)
    if approval.status != Approval.Status.WAITING:
        raise Conflict(_("This request is answered already: %s.") % approval.get_status_display())
    require_second_person(approval, actor)
    if why_void(approval, approval.campaign, approval.recipient_count):
        raise Conflict(_("The campaign was changed a moment ago. It has to be asked for again."))
    approval.status, approval.answer_note = status, note.strip()[:1000]
    approval.answered_by, approval.answered_at = actor, timezone.now()
    approval.save(update_fields=["status", "answer_note", "answered_by", "answered_at"])
    verb = "campaign.approved" if status == Approval.Status.APPROVED else "campaign.declined"
    record_activity(
        verb, actor=actor, target=approval.campaign, people=approval.recipient_count, note=approval.answer_note
    )
    return approval


def key_of(approval: Approval) -> str:
    """Names exactly what a request is about, for the form that answers it."""
    return "-".join([str(approval.pk), *(approval.fingerprints[part][:12] for part in sorted(approval.fingerprints))])


def _close(approval: Approval, status: Approval.Status) -> None:
    Approval.objects.filter(pk=approval.pk).update(status=status)
    approval.status = status


def _locked(approval_id: int) -> Approval:
    found = Approval.objects.filter(pk=approval_id).values_list("campaign_id", flat=True).first()
    if found is None:
        raise Conflict(_("This request no longer exists."))
    campaign = locked_campaign(found)
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    approval.campaign = campaign
    return approval


def require_second_person(approval: Approval, actor: User) -> None:
    """Raise Conflict unless `actor` may approve it: never who asked for it, nor who wrote what it says now."""
    if reason := why_not_second(approval, actor):
        raise Conflict(reason)


def why_not_second(approval: Approval, actor: User) -> str:
    """Why this person cannot answer the request, in a sentence; "" when they can. The same for administrators."""
    if not actor.has_perm(PERMISSION):
        return _("Your role may not approve campaigns.")
    if actor.pk == approval.requested_by_id:
        return _("You asked for it, so another person has to look at it.")
    if actor.pk == _last_writer_id(approval.campaign):
        return _("You wrote what it says now, so another person has to look at it.")
    return ""


_WRITING = (
    "campaign.created", "campaign.changed", "campaign.copied", "split.created", "split.changed", "split.dropped",
)  # fmt: skip


def _last_writer_id(campaign: Campaign) -> int | None:
    deeds = Activity.objects.filter(object_type="campaigns.campaign", object_id=str(campaign.pk))
    written = deeds.filter(verb__in=_WRITING).first()
    return written.actor_id if written else campaign.created_by_id


def possible_approvers(campaign: Campaign, *, asker: User | None) -> list[User]:
    """The people who may approve it, when `asker` asks now."""
    excluded = {_last_writer_id(campaign), asker.pk if asker else None}
    return [person for person in people_who_may_approve() if person.pk not in excluded]


def people_who_may_approve() -> list[User]:
    """Everybody who may log in and has the permission."""
    active: QuerySet[User] = User.objects.filter(is_active=True).order_by("username")
    return [person for person in active[:MOST_PEOPLE] if person.has_perm(PERMISSION)]


def waiting_approvals() -> QuerySet[Approval]:
    """The requests that wait for an answer, the oldest first."""
    waiting = Approval.objects.filter(status=Approval.Status.WAITING, campaign__status=CampaignStatus.DRAFT)
    return waiting.select_related("campaign", "requested_by").order_by("pk")


@transaction.atomic
def change_rule(more_than: int | None, tolerance_pct: int, *, actor: User) -> ApprovalRule:
    """Set from how many people on a second person is needed; None: never."""
    found = ApprovalRule.objects.select_for_update().order_by("pk").first() or ApprovalRule()
    found.more_than, found.tolerance_pct = more_than, tolerance_pct
    found.save()
    record_activity(
        "approval_rule.changed", actor=actor, target=found, more_than=more_than, tolerance_pct=tolerance_pct
    )
    return found
