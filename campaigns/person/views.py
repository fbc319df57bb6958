"""A person's page, what is done on it, and the page that answers for any address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.audience.consent import Consent
from campaigns.audience.edits import ContactEdit, undo_edit
from campaigns.audience.models import Contact
from campaigns.person.forms import ConsentForm, WhyForm
from campaigns.person.screen import answer_about, called, campaign_names, person_context, timeline_context
from campaigns.person.services import note_consent, regroup
from campaigns.person.why_facts import asked_about, find_campaign
from portal.errors import PortalError
from portal.pages import Crumb, actor_of, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def person_url(contact_id: int) -> str:
    """The person's page."""
    return reverse("admin:campaigns_contact_person", args=[contact_id])


@page("campaigns.view_contact")
@require_GET
def person(request: HttpRequest, contact_id: int) -> HttpResponseBase:
    """Everything about one person."""
    contact = get_object_or_404(Contact, pk=contact_id)
    return _show(request, contact, ConsentForm())


@page("campaigns.change_contact")
@require_POST
def regroup_person(request: HttpRequest, contact_id: int) -> HttpResponseBase:
    """Join or leave a list, put a tag on or take it off; the page offers to undo it."""
    get_object_or_404(Contact, pk=contact_id)
    deed, value = request.POST.get("deed", ""), request.POST.get("value", "").replace("\0", "")
    try:
        edit = regroup(contact_id, deed, value, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(person_url(contact_id))
    return redirect(f"{person_url(contact_id)}?done={edit.pk}" if edit else person_url(contact_id))


@page("campaigns.change_contact")
@require_POST
def undo(request: HttpRequest, contact_id: int, edit_id: int) -> HttpResponseBase:
    """Take one edit back."""
    get_object_or_404(ContactEdit, pk=edit_id, contact_id=contact_id)
    try:
        undo_edit(edit_id, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone: everything is as it was before."))
    return redirect(person_url(contact_id))


@page("campaigns.change_contact")
@require_POST
def add_consent(request: HttpRequest, contact_id: int) -> HttpResponseBase:
    """Write down a consent by hand."""
    contact = get_object_or_404(Contact, pk=contact_id)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _show(request, contact, form)
    given = form.cleaned_data
    kind = Consent.Kind(given["kind"])
    note_consent(
        contact_id, kind=kind, wording=given["wording"], contact_list=given["contact_list"], actor=actor_of(request)
    )
    messages.success(request, _("The consent is kept, with your name."))
    return redirect(person_url(contact_id))


@page("campaigns.view_contact")
@require_GET
def why(request: HttpRequest) -> HttpResponseBase:
    """Why did an address not get a campaign, or would it? For addresses that nobody here has, too."""
    form = WhyForm(request.GET) if "address" in request.GET else WhyForm()
    context: dict[str, Any] = {"form": form, "campaign_names": campaign_names(), "answer": None}
    if form.is_bound and form.is_valid():
        asked = asked_about(form.cleaned_data["address"])
        campaign = find_campaign(form.cleaned_data["campaign"])
        if form.cleaned_data["campaign"] and campaign is None:
            form.add_error("campaign", _("No campaign has this name."))
        else:
            context |= {"answer": answer_about(asked, campaign), "found": asked.contact}
    frame: dict[str, Any] = {
        "title": _("Ask about an address"),
        "lead": _("Why did somebody not get a campaign, or would they get it? One address, one sentence."),
        "crumbs": [_contacts_crumb()],
    }
    return render_page(request, "campaigns/person/why.html", context, **frame)


def person_urls() -> list[URLPattern]:
    """Addresses below the list of contacts."""
    return [
        path("why/", why, name="campaigns_contact_why"),
        path("<int:contact_id>/person/", person, name="campaigns_contact_person"),
        path("<int:contact_id>/groups/", regroup_person, name="campaigns_contact_regroup"),
        path("<int:contact_id>/consent/", add_consent, name="campaigns_contact_consent"),
        path("<int:contact_id>/edits/<int:edit_id>/undo/", undo, name="campaigns_contact_undo"),
    ]


def _show(request: HttpRequest, contact: Contact, form: ConsentForm) -> HttpResponseBase:
    context = {**person_context(contact, request), **timeline_context(contact, request), "consent_form": form}
    frame: dict[str, Any] = {"title": called(contact), "crumbs": [_contacts_crumb()]}
    return render_page(request, "campaigns/person/person.html", context, **frame)


def _contacts_crumb() -> Crumb:
    return Crumb(_("Contacts"), reverse("admin:campaigns_contact_changelist"))
