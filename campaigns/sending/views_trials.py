"""Tests: sending one from a campaign or a template, and the page that says what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET

from campaigns.guests.forms import TestForm, empty_test_form
from campaigns.guests.models import GuestList
from campaigns.messages.models import Template
from campaigns.messages.services import version_source
from campaigns.messages.views import frame
from campaigns.sending.models import Campaign
from campaigns.sending.screen import campaigns_crumb, home_of, state_tone
from campaigns.sending.trial_results import Trial, has_changed_since, last_trial, read_trial
from campaigns.sending.trials import campaign_from_template, send_tests
from campaigns.suppression.services import suppressed_among
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


def send_and_tell(request: HttpRequest, source: Campaign, form: TestForm) -> Campaign | None:
    """Send the test that a valid form asks for, and leave word of it; gives the first of its mails, None when refused."""
    contact, addresses = form.cleaned_data["seen_as"], form.addresses()
    try:
        tests = send_tests(source, addresses, contact_id=contact.pk if contact else None, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return None
    text = ngettext("A test is on its way to %(first)s.", "A test is on its way to %(count)d addresses.", len(tests))
    messages.success(request, text % {"first": addresses[0], "count": len(tests)})
    if suppressed := suppressed_among([address.lower() for address in addresses]):
        text = _("No mail goes to %s: suppressed (unsubscribed, bounced or complained). Their tests are skipped.")
        messages.warning(request, text % ", ".join(sorted(suppressed)))
    return tests[0]


def shown_trial(campaign: Campaign) -> dict[str, Any]:
    """What the review shows of the last test, and the guest lists to choose from."""
    trial = last_trial(campaign)
    known = {"trial_rows": _rows(trial), "trial_changed": has_changed_since(trial, campaign)} if trial else {}
    return {"trial": trial, "has_guest_lists": GuestList.objects.exists(), **known}


@page("campaigns.change_campaign")
def test_template(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """Send a template to a few addresses, from the default account."""
    template = get_object_or_404(Template, pk=template_id)
    form = TestForm(request.POST) if request.method == "POST" else empty_test_form(actor_of(request))
    if request.method == "POST" and form.is_valid():
        test = _template_test(request, template, form)
        if test is not None:
            return redirect("admin:campaigns_campaign_trial", test.version_id)
    crumbs = [Crumb(template.name, reverse("admin:campaigns_template_change", args=[template.pk]))]
    context = {"test_form": form, "template": template, "has_guest_lists": GuestList.objects.exists()}
    title = _("Send a test of “%s”") % template.name
    return render_page(request, "campaigns/sending/test_template.html", context, title=title, crumbs=crumbs)


@page("campaigns.view_campaign")
@require_GET
def trial(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """One test: to whom, as whom, what became of each mail, and the message as it was."""
    found = _trial_or_404(version_id)
    crumbs = [campaigns_crumb()]
    if found.campaign is not None:
        crumbs.append(Crumb(found.campaign.name, home_of(found.campaign)))
    context = {
        "trial": found,
        "trial_rows": _rows(found),
        "signature": _signature(found),
        "mailbox_url": settings.SANDBOX_MAILBOX_URL,
        "view": request.GET.get("view", ""),
    }
    return render_page(
        request, "campaigns/sending/trial.html", context, title=_("Test of “%s”") % found.name, crumbs=crumbs
    )


@page("campaigns.view_campaign")
@require_GET
def trial_frame(request: HttpRequest, version_id: int) -> HttpResponse:
    """The message as it was tested, for a sandboxed frame."""
    found = _trial_or_404(version_id)
    return frame(version_source(found.version), found.seen_as, view=request.GET.get("view", ""))


@page("campaigns.view_campaign")
@require_GET
def trial_json(request: HttpRequest, version_id: int) -> JsonResponse:
    """Whether there is news of the test since the page was made."""
    found = _trial_or_404(version_id)
    return JsonResponse({"reload": _signature(found) != request.GET.get("seen"), "final": found.is_final})


def _trial_or_404(version_id: int) -> Trial:
    found = read_trial(version_id)
    if found is None:
        raise Http404
    return found


def _template_test(request: HttpRequest, template: Template, form: TestForm) -> Campaign | None:
    try:
        source = campaign_from_template(template)
    except PortalError as error:
        messages.error(request, str(error))
        return None
    return send_and_tell(request, source, form)


def _rows(found: Trial) -> list[dict[str, str]]:
    mailbox = settings.SANDBOX_MAILBOX_URL.rstrip("/")
    return [
        {
            "address": result.address,
            "state": str(result.state.label),
            "tone": state_tone(result.state),
            "reason": result.reason,
            "mailbox_url": f"{mailbox}/by-message-id/{result.ses_message_id}"
            if mailbox and result.ses_message_id
            else "",
        }
        for result in found.results
    ]


def _signature(found: Trial) -> str:
    """Changes with the state of any of its mails."""
    return "-".join(str(int(result.state)) for result in found.results)
