"""Pages of approvals: what waits for a second person, asking, answering, and the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.approval.forms import RuleForm
from campaigns.approval.gate import rule
from campaigns.approval.models import Approval
from campaigns.approval.screen import approval_rows
from campaigns.approval.services import (
    PERMISSION,
    answer_approval,
    change_rule,
    people_who_may_approve,
    request_approval,
    waiting_approvals,
    withdraw_approval,
)
from campaigns.scheduling.services import schedule_by_wish
from campaigns.scheduling.wish import wish_from
from campaigns.sending.screen import campaign_or_404, url_of
from portal.errors import Conflict, PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LIST = "admin:campaigns_approval_changelist"
SHOWN = 50


@page("campaigns.view_approval")
def approvals(request: HttpRequest) -> HttpResponseBase:
    """What waits for a second person, and what was answered lately."""
    answered = Approval.objects.exclude(status=Approval.Status.WAITING)
    answered = answered.select_related("campaign", "requested_by", "answered_by").order_by("-pk")
    context = {
        "waiting": approval_rows(list(waiting_approvals()[:SHOWN]), actor_of(request)),
        "answered": list(answered[:SHOWN]),
        "rule": rule(),
    }
    lead = _("Large campaigns leave only after a second person has looked at them.")
    return render_page(request, "campaigns/approval/list.html", context, title=_("Approvals"), lead=lead)


@page("campaigns.change_approvalrule")
def edit_rule(request: HttpRequest) -> HttpResponseBase:
    """From how many people on a second person is needed."""
    form = RuleForm(request.POST or None, instance=rule())
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        change_rule(values["more_than"], values["tolerance_pct"], actor=actor_of(request))
        messages.success(request, _("The rule is saved. It counts from now on, also for what is scheduled already."))
        return redirect(LIST)
    context = {"form": form, "approvers": [person.get_username() for person in people_who_may_approve()]}
    crumbs = [Crumb(_("Approvals"), reverse(LIST))]
    return render_page(request, "campaigns/approval/rule.html", context, title=_("Second person"), crumbs=crumbs)


@page("campaigns.change_campaign")
@require_POST
def ask(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Ask a second person to look at a draft that is to leave as soon as somebody presses Send."""
    campaign = campaign_or_404(campaign_id)
    note, actor = request.POST.get("note", ""), actor_of(request)
    done = _("A second person is asked. Nothing leaves before the answer.")
    return _act(request, campaign_id, done, lambda: request_approval(campaign.pk, note=note, wish=None, actor=actor))


@page("campaigns.change_campaign")
@require_POST
def withdraw(request: HttpRequest, approval_id: int) -> HttpResponseBase:
    """Take a request back."""
    campaign_id = get_object_or_404(Approval, pk=approval_id).campaign_id
    actor = actor_of(request)
    return _act(request, campaign_id, _("Taken back."), lambda: withdraw_approval(approval_id, actor=actor))


@page(PERMISSION)
@require_POST
def answer(request: HttpRequest, approval_id: int) -> HttpResponseBase:
    """Approve or decline, as the pressed button says."""
    campaign_id = get_object_or_404(Approval, pk=approval_id).campaign_id
    approved = request.POST.get("answer") == "approve"
    note, seen_key, actor = request.POST.get("note", ""), request.POST.get("seen_key", ""), actor_of(request)
    done = _("Approved. It may leave now, as it is.") if approved else _("Declined. It stays a draft.")
    return _act(
        request, campaign_id, done,
        lambda: answer_approval(approval_id, approved=approved, note=note, seen_key=seen_key, actor=actor),
    )  # fmt: skip


@page("campaigns.change_campaign")
@require_POST
def schedule_as_approved(request: HttpRequest, approval_id: int) -> HttpResponseBase:
    """Schedule a draft for the time that was approved."""
    approval = get_object_or_404(Approval, pk=approval_id)
    actor = actor_of(request)

    def act() -> None:
        if not approval.timing:
            raise Conflict(_("No time was approved. Press Send."))
        schedule_by_wish(approval.campaign_id, wish_from(approval.timing), actor=actor)

    return _act(request, approval.campaign_id, "", act)


def _act(request: HttpRequest, campaign_id: int, done: str, act: Callable[[], object]) -> HttpResponseBase:
    try:
        act()
    except PortalError as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)
    return redirect(url_of(campaign_or_404(campaign_id), "review"))
