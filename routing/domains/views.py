"""Pages of the domains that receive here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.dns.chosen import may_ask_dns
from portal.errors import PortalError
from portal.mail.address import display_address
from portal.pages import actor_of, page, render_page
from routing.domains import services
from routing.domains.models import InboundDomain
from routing.rules.figures import unmatched_recipients
from routing.rules.models import RoutingRule

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_TONES = {
    InboundDomain.Mx.OK: "good",
    InboundDomain.Mx.MIXED: "warn",
    InboundDomain.Mx.ELSEWHERE: "bad",
    InboundDomain.Mx.MISSING: "bad",
}
_HOME = "admin:routing_inbounddomain_changelist"


@page("routing.view_inbounddomain")
def overview(request: HttpRequest) -> HttpResponseBase:
    """Each domain with what the DNS says, and last week's addresses that no rule took."""
    return _overview(request, typed="")


@page("routing.add_inbounddomain")
def add(request: HttpRequest) -> HttpResponseBase:
    """Add a domain and ask the DNS about it."""
    if request.method != "POST":
        return redirect(_HOME)
    typed = request.POST.get("name", "").replace("\0", "")[:300]
    try:
        domain = services.add_domain(typed, actor=actor_of(request))
    except PortalError as error:
        return _overview(request, typed=typed, problem=str(error))
    if may_ask_dns():
        services.check_mx(domain)
    messages.success(request, _("%s is on the list of domains.") % _shown(domain.name))
    return redirect(_back(request))


@page("routing.change_inbounddomain")
@require_POST
def change(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Say whether it receives, write notes, or ask the DNS now."""
    domain = get_object_or_404(InboundDomain, pk=domain_id)
    deed = request.POST.get("deed", "")
    if deed == "check" and may_ask_dns():
        services.check_mx(domain)
        words = {"domain": _shown(domain.name), "answer": domain.get_mx_display()}
        messages.info(request, _("%(domain)s: %(answer)s.") % words)
    elif deed in {"receive", "stop"}:
        services.set_receiving(domain, receives=deed == "receive", actor=actor_of(request))
        messages.success(request, _("%s is changed.") % _shown(domain.name))
    elif deed == "notes":
        notes = request.POST.get("notes", "").replace("\0", "")[:2_000]
        services.save_notes(domain, notes, actor=actor_of(request))
        messages.success(request, _("The notes are saved."))
    return redirect(_back(request))


@page("routing.delete_inbounddomain")
@require_POST
def delete(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Take it off the list."""
    domain = get_object_or_404(InboundDomain, pk=domain_id)
    try:
        services.delete_domain(domain, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%s is off the list of domains.") % _shown(domain.name))
    return redirect(_HOME)


def _overview(request: HttpRequest, *, typed: str, problem: str = "") -> HttpResponseBase:
    counts = _rule_counts()
    context: dict[str, Any] = {
        "lines": [_line(domain, counts) for domain in InboundDomain.objects.all()],
        "unmatched": unmatched_recipients(),
        "may_ask_dns": may_ask_dns(),
        "region": settings.AWS_REGION,
        "typed": typed,
        "problem": problem,
    }
    lead = _("Which domains receive mail here, and whether the DNS leads their mail to SES.")
    status = 422 if problem else 200
    return render_page(
        request, "routing/domains/list.html", context, status=status, title=_("Domains that receive"), lead=lead
    )


def _rule_counts() -> dict[str, int]:
    rows = RoutingRule.objects.exclude(domain="").values("domain").order_by().annotate(count=Count("pk"))
    return dict(rows.values_list("domain", "count"))


def _line(domain: InboundDomain, rule_counts: dict[str, int]) -> dict[str, Any]:
    return {
        "domain": domain,
        "shown": _shown(domain.name),
        "tone": _TONES.get(InboundDomain.Mx(domain.mx), ""),
        "hosts": [str(host) for host in domain.mx_hosts],
        "rules": rule_counts.get(domain.name, 0),
    }


def _shown(name: str) -> str:
    return display_address(f"@{name}").removeprefix("@")


def _back(request: HttpRequest) -> str:
    """Where the deed was asked for; only pages of ours."""
    wanted = request.POST.get("back", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return wanted
    return reverse(_HOME)
