"""Pages of sending domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credentials.sending_domains import screen, services
from credentials.sending_domains.account import account_state, console_url
from credentials.sending_domains.forms import AddForm, WishesForm
from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.records import sts_policy, sts_url
from credentials.sending_domains.wishes import needed_records, wishes_of
from credentials.sending_domains.wording import trouble_at_ses, trouble_words
from credentials.sending_domains.zone_file import zone_file
from portal.dns.chosen import asks_own_servers, may_ask_dns
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page
from portal.wording import format_duration

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

HOME = "admin:credentials_sendingdomain_changelist"
ONE = "admin:credentials_sendingdomain_one"
_FOLDER = "credentials/sending_domains/"


def crumbs_to(domain: SendingDomain | None = None) -> list[Crumb]:
    """The way to a page below the list, or below a domain."""
    steps = [Crumb(_("Sending domains"), reverse(HOME))]
    return [*steps, Crumb(screen.shown_name(domain.name), reverse(ONE, args=[domain.pk]))] if domain else steps


@page("credentials.view_sendingdomain")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every domain and address, and what SES says of the account."""
    lines = [
        {"domain": domain, "shown": screen.shown_name(domain.name), "tone": screen.STATE_TONES[SendingDomain.State(domain.state)]}
        for domain in screen.listed_domains()
    ]  # fmt: skip
    context = {"lines": lines, "account": account_state(), "console_url": console_url(), "region": settings.AWS_REGION}
    lead = _("Domains and addresses that SES lets you send from, and their records in the DNS.")
    return render_page(request, _FOLDER + "list.html", context, title=_("Sending domains"), lead=lead)


@page("credentials.add_sendingdomain")
def add(request: HttpRequest) -> HttpResponseBase:
    """Set up a domain or an address at SES."""
    form = AddForm(request.POST or None)
    wishes_form = WishesForm(request.POST or None, initial=vars_of(services.Wishes()))
    if request.method == "POST" and form.is_valid() and wishes_form.is_valid():
        try:
            wishes = wishes_form.wishes()
            domain = services.add_identity(form.cleaned_data["name"], actor=actor_of(request), wishes=wishes)
        except PortalError as error:
            form.add_error("name", str(error))
        else:
            return redirect(ONE, domain.pk)
    status = 422 if form.errors or wishes_form.errors else 200
    context = {"form": form, "wishes_form": wishes_form}
    return render_page(
        request, _FOLDER + "add.html", context, status=status, title=_("Add a sending domain"), crumbs=crumbs_to()
    )


@page("credentials.add_sendingdomain")
def take_over(request: HttpRequest) -> HttpResponseBase:
    """Choose among what the account at SES has already."""
    try:
        if request.method == "POST":
            taken = services.take_over(request.POST.getlist("name"), actor=actor_of(request))
            if taken:
                messages.success(request, _("On the list now: %s.") % ", ".join(domain.name for domain in taken))
            return redirect(HOME)
        context: dict[str, Any] = {"identities": services.untaken_identities(), "problem": ""}
    except PortalError as error:
        context = {"identities": [], "problem": trouble_at_ses(error)}
    title = _("What SES has already")
    return render_page(request, _FOLDER + "take_over.html", context, title=title, crumbs=crumbs_to())


@page("credentials.view_sendingdomain")
@require_GET
def one(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """One domain with its records, or one address."""
    return one_page(request, get_object_or_404(SendingDomain, pk=domain_id))


def one_page(
    request: HttpRequest, domain: SendingDomain, *, form: WishesForm | None = None, status: int = 200
) -> HttpResponseBase:
    """The page of a domain; with a `form` that was filled in wrong."""
    lines = screen.record_lines(domain)
    wishes = wishes_of(domain)
    context: dict[str, Any] = {
        "domain": domain,
        "shown": screen.shown_name(domain.name),
        "state_tone": screen.STATE_TONES[SendingDomain.State(domain.state)],
        "lines": lines,
        "count": screen.count_words(lines) if lines else None,
        "meanings": screen.meanings(domain, lines) if lines else [],
        "bulk": screen.bulk_lines(domain) if domain.is_domain else [],
        "form": form or WishesForm(initial=vars_of(domain)),
        "trouble": trouble_words(domain.dns_problem),
        "may_ask_dns": may_ask_dns(),
        "asks_own_servers": asks_own_servers(),
        "sts_text": sts_policy(wishes),
        "sts_url": sts_url(domain.name),
        "sign": screen.sign_of(domain),
    }
    title = _("%s as a sender") % context["shown"]
    return render_page(
        request, _FOLDER + "one.html", context, status=status, title=title, page_heading=context["shown"], crumbs=crumbs_to()
    )  # fmt: skip


@page("credentials.view_sendingdomain")
@require_GET
def live(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Whether anything has changed since the page was made; lets the DNS be asked again while somebody looks."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    services.ask_while_watched(domain)
    return JsonResponse({"reload": request.GET.get("sign", "") != screen.sign_of(domain), "asked": asked_words(domain)})


def asked_words(domain: SendingDomain) -> str:
    """How long ago the DNS was asked."""
    if domain.checked_at is None:
        return _("not asked yet")
    return _("asked %s ago") % format_duration((timezone.now() - domain.checked_at).total_seconds())


@page("credentials.view_sendingdomain")
@require_GET
def zone(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """The records as a zone file."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    answer = HttpResponse(zone_file(domain.name, needed_records(domain)), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{domain.name}.zone"'
    return answer


@page("credentials.change_sendingdomain")
@require_POST
def wishes(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Change what a domain is to do."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    form = WishesForm(request.POST)
    if not form.is_valid():
        return one_page(request, domain, form=form, status=422)
    try:
        services.save_wishes(domain.pk, form.wishes(), actor=actor_of(request))
    except PortalError as error:
        form.add_error(None, str(error))
        return one_page(request, domain, form=form, status=422)
    messages.success(request, _("%s is changed. Look at its records: some may be new.") % domain.name)
    return redirect(ONE, domain.pk)


@page("credentials.change_sendingdomain")
@require_POST
def check(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Let SES and the DNS be asked now."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    services.ask_now(domain)
    messages.info(request, _("SES and the name servers are being asked; the page shows what they say."))
    return redirect(ONE, domain.pk)


@page("credentials.change_sendingdomain")
@require_POST
def again(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Set it up again after it failed."""
    try:
        services.set_up_again(get_object_or_404(SendingDomain, pk=domain_id).pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    return redirect(ONE, domain_id)


@page("credentials.delete_sendingdomain")
@require_POST
def delete(request: HttpRequest, domain_id: int) -> HttpResponseBase:
    """Delete it at SES and here."""
    domain = get_object_or_404(SendingDomain, pk=domain_id)
    typed = request.POST.get("typed", "").replace("\0", "")[:300]
    try:
        services.delete_identity(domain.pk, typed=typed, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(ONE, domain.pk)
    messages.success(request, _("%s is being deleted.") % domain.name)
    return redirect(HOME)


def vars_of(source: object) -> dict[str, Any]:
    """The wishes of a row, or of the form's defaults, by the names of the form."""
    return {name: getattr(source, name) for name in WishesForm.base_fields}
