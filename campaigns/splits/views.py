"""The pages of an A/B test: setting it up, writing and trying its versions, and choosing the winner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.editing.clashes import ChangedMeanwhileError, clash_of, save_unless_changed
from campaigns.editing.models import Thing
from campaigns.editing.places import place_of
from campaigns.editing.screen import close_form, open_form, show_clash
from campaigns.guests.forms import TestForm, empty_test_form
from campaigns.guests.models import GuestList
from campaigns.messages.field_names import field_names
from campaigns.messages.forms import contact_by_address
from campaigns.messages.views import frame
from campaigns.sending.link_checks import ask_for_links
from campaigns.sending.models import Campaign
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, url_of
from campaigns.sending.states import CampaignStatus
from campaigns.sending.views_trials import send_and_tell
from campaigns.splits.drafts import add_version, drop_split, remove_version, save_split, save_version_words
from campaigns.splits.forms import SplitForm, VersionForm
from campaigns.splits.models import MOST_VERSIONS, SplitTest, letter_of
from campaigns.splits.results import read_results, version_rows
from campaigns.splits.services import choose_winner
from campaigns.splits.versions import Version, split_of, versions_of
from portal.errors import Conflict, PortalError
from portal.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@page("campaigns.view_campaign")
def split(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """How the test of a draft is made; for who may not change it, and once it was started, how it stands."""
    campaign = campaign_or_404(campaign_id)
    may_change = _may_change(request)
    found = split_of(campaign)
    if campaign.status != CampaignStatus.DRAFT or not may_change:
        return _show(request, campaign, found)
    versions = versions_of(campaign)
    form = SplitForm(request.POST or None, instance=found or SplitTest(), versions=versions)
    if request.method == "POST" and form.is_valid():
        return _save_settings(request, campaign, form)
    context = {
        "form": form,
        "split": found,
        "versions": version_rows(versions),
        "may_add": len(versions) < MOST_VERSIONS,
    }
    return campaign_page(request, "campaigns/splits/setup.html", campaign, tab="split", title=_("A/B test"), **context)


@page("campaigns.change_campaign")
@require_POST
def add(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Add a version."""
    campaign = campaign_or_404(campaign_id)
    try:
        made = add_version(campaign.pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Version %s begins as a copy of A.") % letter_of(made.number))
    return redirect(url_of(campaign, "split"))


@page("campaigns.change_campaign")
@require_POST
def remove(request: HttpRequest, campaign_id: int, number: int) -> HttpResponseBase:
    """Throw a version away."""
    campaign = campaign_or_404(campaign_id)
    try:
        remove_version(campaign.pk, number, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    return redirect(url_of(campaign, "split"))


@page("campaigns.change_campaign")
@require_POST
def drop(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Drop the A/B test: the campaign stays a draft that says one thing to everybody."""
    campaign = campaign_or_404(campaign_id)
    try:
        drop_split(campaign.pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("No A/B test: everybody gets what the campaign says."))
    return redirect(url_of(campaign, "split"))


@page("campaigns.change_campaign")
@require_POST
def choose(request: HttpRequest, campaign_id: int, number: int) -> HttpResponseBase:
    """Choose the winner by hand."""
    campaign = campaign_or_404(campaign_id)
    try:
        choose_winner(campaign.pk, number, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Version %s it is. Everybody else gets it.") % letter_of(number))
    return redirect(url_of(campaign, "split"))


@page("campaigns.view_campaign")
def version(request: HttpRequest, campaign_id: int, number: int) -> HttpResponseBase:
    """The editor of one version; for who may not change it, and once it was started, what it says."""
    campaign = campaign_or_404(campaign_id)
    shown = _version_or_404(campaign, number)
    may_change = _may_change(request)
    found = split_of(campaign)
    can_edit = found is not None and number > 1 and found.tests == SplitTest.Tests.CONTENT
    if campaign.status != CampaignStatus.DRAFT or not may_change or not can_edit:
        context = {"version": shown, "words": shown.words.version or shown.words, "view": request.GET.get("view", "")}
        title = _("Version %s") % shown.letter
        return campaign_page(request, "campaigns/splits/shown.html", campaign, tab="split", title=title, **context)
    return _edit(request, campaign, number)


@page("campaigns.view_campaign")
@require_GET
def version_frame(request: HttpRequest, campaign_id: int, number: int) -> HttpResponse:
    """What one version says, for a sandboxed frame."""
    shown = _version_or_404(campaign_or_404(campaign_id), number)
    return frame(shown.source, contact_by_address(request.GET.get("as", "")), view=request.GET.get("view", ""))


@page("campaigns.change_campaign")
def test_version(request: HttpRequest, campaign_id: int, number: int) -> HttpResponseBase:
    """Send one version, as it is now, to a few addresses."""
    campaign = campaign_or_404(campaign_id)
    shown = _version_or_404(campaign, number)
    form = TestForm(request.POST) if request.method == "POST" else empty_test_form(actor_of(request))
    if request.method == "POST" and form.is_valid() and campaign.status == CampaignStatus.DRAFT:
        test = send_and_tell(request, shown.words, form)
        if test is not None:
            return redirect("admin:campaigns_campaign_trial", test.version_id)
    context = {"version": shown, "test_form": form, "has_guest_lists": GuestList.objects.exists()}
    title = _("Send version %s as a test") % shown.letter
    return campaign_page(request, "campaigns/splits/test.html", campaign, tab="split", title=title, **context)


def _may_change(request: HttpRequest) -> bool:
    """Raises PermissionDenied when something is posted by who may not."""
    may_change = request.user.has_perm("campaigns.change_campaign")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    return may_change


def _save_settings(request: HttpRequest, campaign: Campaign, form: SplitForm) -> HttpResponseBase:
    try:
        save_split(campaign.pk, form.settings(), subjects=form.subjects(), actor=actor_of(request))
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(url_of(campaign, "split"))
    messages.success(request, _("The A/B test is saved. Nothing has been sent."))
    return redirect(url_of(campaign, "review" if "review" in request.POST else "split"))


def _show(request: HttpRequest, campaign: Campaign, found: SplitTest | None) -> HttpResponseBase:
    if found is None:
        raise Http404
    context: dict[str, Any] = {"split": found, "versions": version_rows(versions_of(campaign))}
    if campaign.status not in {CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.PENDING}:
        context["results"] = read_results(campaign)
    return campaign_page(request, "campaigns/splits/split.html", campaign, tab="split", title=_("A/B test"), **context)


def _version_or_404(campaign: Campaign, number: int) -> Version:
    for found in versions_of(campaign):
        if found.number == number:
            return found
    raise Http404


def _edit(request: HttpRequest, campaign: Campaign, number: int) -> HttpResponseBase:
    draft = Campaign.objects.get(split_version__split__campaign=campaign, split_version__number=number)
    form = VersionForm(request.POST or None, instance=draft)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            return _save_version(request, campaign, form, number)
        except ChangedMeanwhileError as error:
            clash = clash_of(form, error.stored)
    opened = open_form(request, Thing.CAMPAIGN, form, Campaign.objects.get(pk=draft.pk))
    context = {
        "form": form,
        "version": Version(number, draft),
        "field_names": field_names(),
        "opened": show_clash(request, opened, clash) if clash else opened,
    }
    title = _("Version %s") % letter_of(number)
    return campaign_page(request, "campaigns/splits/version.html", campaign, tab="split", title=title, **context)


def _save_version(request: HttpRequest, campaign: Campaign, form: VersionForm, number: int) -> HttpResponseBase:
    """Save, unless somebody else did meanwhile. Raises ChangedMeanwhileError."""
    actor, place = actor_of(request), place_of(Thing.CAMPAIGN, form.instance)
    try:
        draft = save_unless_changed(
            form.instance,
            request.POST.get("read_at", ""),
            lambda: save_version_words(form.save(commit=False), actor=actor),
        )
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(url_of(campaign, "split"))
    close_form(request, place)
    ask_for_links(Version(number, draft).source)
    if "test" in request.POST:
        return redirect(url_of(campaign, "split_test", number))
    messages.success(request, _("Version %s is saved. Nothing has been sent.") % letter_of(number))
    return redirect(url_of(campaign, "split_version", number))
