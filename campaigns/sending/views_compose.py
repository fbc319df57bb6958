"""Writing a campaign, and looking at what a started one says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.attachments.owner import personal_settings_of
from campaigns.attachments.screen import files_context, frozen_rows
from campaigns.editing.clashes import ChangedMeanwhileError, clash_of, save_unless_changed
from campaigns.editing.models import Thing
from campaigns.editing.places import place_of
from campaigns.editing.screen import close_form, open_form, show_clash
from campaigns.messages.checks import check_message
from campaigns.messages.field_names import field_names
from campaigns.messages.forms import contact_by_address
from campaigns.messages.models import Template
from campaigns.messages.revisions import revisions_of
from campaigns.messages.services import draft_source, version_source
from campaigns.messages.views import checks_json, drafted_source, frame
from campaigns.sending.drafts import save_draft, words_of
from campaigns.sending.forms import CampaignForm
from campaigns.sending.link_checks import ask_for_links
from campaigns.sending.missing_values import missing_values_checks
from campaigns.sending.models import Campaign
from campaigns.sending.review import audience_text
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, campaigns_crumb, home_of, url_of
from campaigns.sending.states import CampaignStatus
from portal.errors import Conflict
from portal.pages import page, render_page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@page("campaigns.add_campaign")
def new_campaign(request: HttpRequest) -> HttpResponseBase:
    """An empty draft, or one that starts with the words of `?template=` or the people of `?list=`, `?tag=` or `?segment=`."""
    template = _chosen_template(request)
    initial = {**(_beginning_with(template) if template else {}), **_chosen_groups(request)}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    opened = open_form(request, Thing.CAMPAIGN, form, None)
    choices = {"templates": Template.objects.only("name"), "template": template}
    context = {**_compose_context(form), **choices, "opened": opened}
    frame_words: dict[str, Any] = {"title": _("New campaign"), "crumbs": [campaigns_crumb()]}
    return render_page(request, "campaigns/sending/compose.html", context, **frame_words)


@page("campaigns.view_campaign")
def edit_campaign(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The form of a draft; for whoever may not change it, and once it was started, what it says."""
    campaign = campaign_or_404(campaign_id)
    may_change = request.user.has_perm("campaigns.change_campaign")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    if campaign.status != CampaignStatus.DRAFT and request.method == "POST":
        messages.error(request, _("“%s” was started meanwhile, so your changes were not saved.") % campaign.name)
        return redirect(home_of(campaign))
    if campaign.status != CampaignStatus.DRAFT or not may_change:
        return _show_message(request, campaign)
    form = CampaignForm(request.POST or None, instance=campaign)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, form)
        except ChangedMeanwhileError as error:
            clash = clash_of(form, error.stored)
    stored = campaign_or_404(campaign_id)
    opened = open_form(request, Thing.CAMPAIGN, form, stored)
    context = {**_compose_context(form), "opened": show_clash(request, opened, clash) if clash else opened}
    context["follow_up_text"] = audience_text(stored) if stored.origin else ""
    context |= {**files_context(stored), "may_change": True}
    return campaign_page(request, "compose.html", campaign, tab="change", title=_("Message"), **context)


@page("campaigns.view_campaign")
@require_GET
def message_frame(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The saved or frozen message as a person in `?as=` gets it, for a sandboxed frame."""
    campaign = campaign_or_404(campaign_id)
    source = version_source(campaign.version) if campaign.version is not None else draft_source(campaign)
    return frame(source, contact_by_address(request.GET.get("as", "")), view=request.GET.get("view", ""))


@page("campaigns.view_campaign")
@require_POST
def check_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Check what stands in the form, saved or not, against the people of the saved audience."""
    campaign = campaign_or_404(campaign_id)
    source = drafted_source(request)
    return checks_json(request, source, [*check_message(source), *missing_values_checks(campaign, source)])


def _save(request: HttpRequest, form: CampaignForm) -> HttpResponseBase:
    """Save, unless somebody else did meanwhile. Raises ChangedMeanwhileError."""
    actor, place = actor_of(request), place_of(Thing.CAMPAIGN, form.instance)
    try:
        campaign = save_unless_changed(
            form.instance,
            request.POST.get("read_at", ""),
            lambda: save_draft(form.save(commit=False), form.audience(), actor=actor),
        )
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(home_of(form.instance))
    close_form(request, place)
    ask_for_links(draft_source(campaign))
    if "review" in request.POST:
        return redirect(url_of(campaign, "review"))
    if "test" in request.POST:
        return redirect(url_of(campaign, "review") + "?test")
    messages.success(request, _("“%s” is saved as a draft. Nothing has been sent.") % campaign.name)
    return redirect(url_of(campaign, "change"))


def _show_message(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    words = campaign.version or campaign
    context = {
        "words": words,
        "seen_as": request.GET.get("as", ""),
        "view": request.GET.get("view", ""),
        "files": frozen_rows(campaign.version, campaign),
        "personal": personal_settings_of(campaign),
    }
    return campaign_page(request, "message.html", campaign, tab="change", title=_("Message"), **context)


def _compose_context(form: CampaignForm) -> dict[str, Any]:
    return {"form": form, "field_names": field_names()}


def _chosen_groups(request: HttpRequest) -> dict[str, list[int]]:
    names = {"include_lists": "list", "include_tags": "tag", "include_segments": "segment"}
    groups = {field: row_id(request.GET.get(name)) for field, name in names.items()}
    return {field: [chosen] for field, chosen in groups.items() if chosen}


def _beginning_with(template: Template) -> dict[str, Any]:
    return {**words_of(template), "template_revision": revisions_of(template).first()}


def _chosen_template(request: HttpRequest) -> Template | None:
    return Template.objects.filter(pk=row_id(request.GET.get("template")) or 0).first()
