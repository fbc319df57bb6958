"""Pages of the breakers: rates and trips, the limits, and letting things go on with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.breakers.forms import GoOnForm, LimitsForm
from campaigns.breakers.limits import forget_own_limits, save_limits, stored_limits
from campaigns.breakers.screen import account_lines, trip_lines
from campaigns.breakers.services import let_account_start, resume_stopped
from campaigns.sending.models import SendingAccount
from campaigns.sending.screen import campaign_or_404, home_of
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

OVERVIEW = "admin:campaigns_breakerlimits_changelist"


@page("campaigns.view_sendingaccount")
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every account's rates, and what was stopped."""
    context = {"accounts": account_lines(), "trips": trip_lines(), "go_on_form": GoOnForm()}
    frame: dict[str, Any] = {
        "title": _("Breakers"),
        "lead": _("Too many bounces or complaints stop a campaign by themselves, before SES stops the account."),
    }
    return render_page(request, "campaigns/breakers/overview.html", context, **frame)


@page("campaigns.change_breakerlimits")
def limits(request: HttpRequest, account_id: int | None = None) -> HttpResponseBase:
    """The limits of the installation, or of one account."""
    account = get_object_or_404(SendingAccount, pk=account_id) if account_id is not None else None
    stored = stored_limits(account)
    form = LimitsForm(request.POST or None, instance=stored)
    if request.method == "POST" and account is not None and "forget" in request.POST:
        forget_own_limits(account, actor=actor_of(request))
        messages.success(request, _("“%s” has the limits of the installation now.") % account)
        return redirect(OVERVIEW)
    if request.method == "POST" and form.is_valid():
        save_limits(form.instance, actor=actor_of(request))
        messages.success(request, _("The limits are saved. They count from the next look on."))
        return redirect(OVERVIEW)
    context = {"form": form, "account": account, "has_own": stored.pk is not None}
    title = _("Limits of “%s”") % account if account else _("Limits of all sending accounts")
    crumbs = [Crumb(_("Breakers"), reverse(OVERVIEW))]
    return render_page(request, "campaigns/breakers/limits.html", context, title=title, crumbs=crumbs)


@page("campaigns.change_campaign")
@require_POST
def go_on(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Let a campaign that a breaker stopped go on."""
    campaign = campaign_or_404(campaign_id)
    try:
        resume_stopped(campaign_id, reason_text=request.POST.get("reason_text", ""), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It goes on. The breaker counts anew from here."))
    return redirect(home_of(campaign_or_404(campaign.pk)))


@page("campaigns.change_breakerlimits")
@require_POST
def start_again(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Let an account start campaigns again."""
    account = get_object_or_404(SendingAccount, pk=account_id)
    try:
        let_account_start(account_id, reason_text=request.POST.get("reason_text", ""), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%s” may start campaigns again.") % account)
    return redirect(OVERVIEW)
