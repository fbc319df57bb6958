"""Writing a campaign, and looking at what a started one says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.messages.checks import check_message
from campaigns.messages.field_names import field_names
from campaigns.messages.forms import contact_by_address
from campaigns.messages.models import Template
from campaigns.messages.services import house_layout, layout_values, message_source, version_layout
from campaigns.messages.views import checks_json, drafted_source, frame
from campaigns.sending.drafts import save_draft, words_of
from campaigns.sending.forms import CampaignForm
from campaigns.sending.missing_values import missing_values_checks
from campaigns.sending.models import Campaign
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, campaigns_crumb, home_of, url_of
from campaigns.sending.states import CampaignStatus
from portal.errors import Conflict
from portal.pages import page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@page("campaigns.add_campaign")
def new_campaign(request: HttpRequest) -> HttpResponseBase:
    """An empty draft, or one that starts with the words of `?template=` or the people of `?list=` or `?tag=`."""
    template = _chosen_template(request)
    initial = {**(words_of(template) if template else {}), **_chosen_groups(request)}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    context = {**_compose_context(form), "templates": Template.objects.only("name"), "template": template}
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
    if request.method == "POST" and form.is_valid() and not _was_changed_meanwhile(request, campaign, form):
        return _save(request, form)
    context = {**_compose_context(form), "read_at": campaign.updated_at.isoformat()}
    return campaign_page(request, "compose.html", campaign, tab="change", title=_("Message"), **context)


@page("campaigns.view_campaign")
@require_GET
def message_frame(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The saved or frozen message as a person in `?as=` gets it, for a sandboxed frame."""
    campaign = campaign_or_404(campaign_id)
    if campaign.version is not None:
        source = message_source(campaign.version, version_layout(campaign.version))
    else:
        source = message_source(campaign, layout_values(house_layout()))
    return frame(source, contact_by_address(request.GET.get("as", "")), view=request.GET.get("view", ""))


@page("campaigns.view_campaign")
@require_POST
def check_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Check what stands in the form, saved or not, against the people of the saved audience."""
    campaign = campaign_or_404(campaign_id)
    source = drafted_source(request)
    return checks_json(request, source, [*check_message(source), *missing_values_checks(campaign, source)])


def _save(request: HttpRequest, form: CampaignForm) -> HttpResponseBase:
    try:
        campaign = save_draft(form.save(commit=False), form.audience(), actor=actor_of(request))
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(home_of(form.instance))
    if "review" in request.POST:
        return redirect(url_of(campaign, "review"))
    messages.success(request, _("“%s” is saved as a draft. Nothing has been sent.") % campaign.name)
    return redirect(url_of(campaign, "change"))


def _was_changed_meanwhile(request: HttpRequest, campaign: Campaign, form: CampaignForm) -> bool:
    """Whether somebody saved it after this form was opened; the text stays in the form, and a second save is meant."""
    if request.POST.get("read_at", "") in {"", campaign.updated_at.isoformat()}:
        return False
    text = _("Somebody else saved this draft while you wrote. Your text is still below: save again to replace theirs.")
    form.add_error(None, text)
    return True


def _show_message(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    words = campaign.version or campaign
    context = {"words": words, "seen_as": request.GET.get("as", ""), "view": request.GET.get("view", "")}
    return campaign_page(request, "message.html", campaign, tab="change", title=_("Message"), **context)


def _compose_context(form: CampaignForm) -> dict[str, Any]:
    return {"form": form, "field_names": field_names()}


def _chosen_groups(request: HttpRequest) -> dict[str, list[int]]:
    groups = {"include_lists": request.GET.get("list", ""), "include_tags": request.GET.get("tag", "")}
    return {field: [int(chosen)] for field, chosen in groups.items() if chosen.isdecimal()}


def _chosen_template(request: HttpRequest) -> Template | None:
    chosen = request.GET.get("template", "")
    return Template.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
