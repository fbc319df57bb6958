"""The page on which a change at Route 53 is looked at and made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, ngettext

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.route_changes import apply_changes, plan_changes
from credentials.sending_domains.screen import step_lines
from credentials.sending_domains.views import ONE, crumbs_to
from credentials.sending_domains.wording import trouble_at_ses
from portal.errors import PortalError
from portal.pages import actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("credentials.write_dns")
def changes(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Show the difference between what stands in the zone and what is needed; a POST makes it so."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    if request.method == "POST":
        return _apply(request, domain)
    return _shown(request, domain)


def _apply(request: HttpRequest, domain: SendingDomain) -> HttpResponseBase:
    try:
        count = apply_changes(domain, mark=request.POST.get("mark", ""), actor=actor_of(request))
    except PortalError as error:
        return _shown(request, domain, problem=trouble_at_ses(error))
    text = ngettext("%d record is being written at Route 53.", "%d records are being written at Route 53.", count)
    messages.success(request, text % count)
    return redirect(ONE, domain.pk)


def _shown(request: HttpRequest, domain: SendingDomain, *, problem: str = "") -> HttpResponseBase:
    context: dict[str, Any] = {"domain": domain, "problem": problem, "plan": None, "lines": []}
    try:
        plan = plan_changes(domain)
    except PortalError as error:
        context["problem"] = problem or trouble_at_ses(error)
    else:
        context |= {"plan": plan, "lines": step_lines(domain, plan.steps), "count": len(plan.changes)}
    lead = _("What would change in the zone. Nothing else in it is touched.")
    return render_page(
        request, "credentials/sending_domains/route.html", context, status=422 if problem else 200,
        title=_("Records at Route 53"), lead=lead, crumbs=crumbs_to(domain),
    )  # fmt: skip
