"""The files that go with every mail of a campaign: adding, taking off, ordering, looking at them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, PersonalFile
from campaigns.attachments.names import OCTETS
from campaigns.attachments.owner import owner_of
from campaigns.attachments.personal import add_personal_files
from campaigns.attachments.screen import files_context, is_open, personal_context
from campaigns.attachments.services import bring_back, move_up, take_off
from campaigns.attachments.uploads import begin_upload, require_size, take_in, uploaded
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, url_of
from portal.errors import PortalError
from portal.files import FileMissing, download_url, open_file
from portal.pages import page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.attachments.models import NamedFile
    from campaigns.sending.models import Campaign

_DEEDS = {"take_off": take_off, "bring_back": bring_back, "move_up": move_up}


@page("campaigns.view_campaign")
def attachments(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The files of a campaign; a POST adds the chosen files, or does one deed with one of them."""
    campaign = campaign_or_404(campaign_id)
    if request.method == "POST":
        return _change(request, campaign)
    context = {
        **files_context(campaign),
        **personal_context(campaign, after=request.GET.get("after", "")),
        "may_change": is_open(campaign) and request.user.has_perm("campaigns.change_campaign"),
        "may_see_people": request.user.has_perm("campaigns.view_contact"),
    }
    return campaign_page(
        request, "campaigns/attachments/page.html", campaign, tab="attachments", title=_("Attachments"), **context
    )


@page("campaigns.change_campaign")
@require_POST
def begin(request: HttpRequest, campaign_id: int) -> JsonResponse:
    """Where the script sends its next file: to the bucket as a form, or to the site."""
    campaign_or_404(campaign_id)
    try:
        ticket = begin_upload(actor=actor_of(request))
    except PortalError as error:
        return _problem(error)
    if ticket is None:
        return JsonResponse({"fields": None})
    return JsonResponse({"url": ticket.form.url, "fields": ticket.form.fields, "token": ticket.token})


@page("campaigns.change_campaign")
@require_POST
def finish(request: HttpRequest, campaign_id: int) -> JsonResponse:
    """The script has put a file into the bucket: take it in, for everybody or for single people."""
    campaign = campaign_or_404(campaign_id)
    try:
        told = json.loads(request.body)
        token, name, is_own = str(told["token"]), str(told["name"]), bool(told.get("is_own"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"problem": _("The file has no name.")}, status=400)
    try:
        with uploaded(token, actor=actor_of(request)) as stream:
            if is_own:
                add_personal_files(campaign_id, stream, name=name, actor=actor_of(request))
            else:
                take_in(campaign, stream, name=name, content_type="", actor=actor_of(request))
    except PortalError as error:
        return _problem(error)
    return _news(request, campaign)


@page("campaigns.view_campaign")
@require_GET
def download(request: HttpRequest, campaign_id: int, file_id: int) -> HttpResponseBase:
    """One file as it goes out; of a started campaign as it was frozen."""
    campaign = campaign_or_404(campaign_id)
    if campaign.version_id:
        frozen = FrozenAttachment.objects.filter(version_id=campaign.version_id, pk=file_id)
        return _sent(frozen.select_related("file").first())
    own = CampaignAttachment.objects.filter(campaign=owner_of(campaign), pk=file_id, removed_at__isnull=True)
    return _sent(own.select_related("file").first())


@page("campaigns.view_campaign")
@require_GET
def download_own(request: HttpRequest, campaign_id: int, file_id: int) -> HttpResponseBase:
    """The file of one person, for those who may see people."""
    if not request.user.has_perm("campaigns.view_contact"):
        raise PermissionDenied
    campaign = campaign_or_404(campaign_id)
    return _sent(PersonalFile.objects.filter(campaign=campaign, pk=file_id).select_related("file").first())


def _change(request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    if not request.user.has_perm("campaigns.change_campaign"):
        raise PermissionDenied
    is_script = "script" in request.POST
    files = request.FILES.getlist("files")
    problems = [text for text in (_added_or_why_not(request, campaign, file) for file in files) if text]
    if not files:
        problems = _do_deed(request, campaign)
    if is_script:
        return JsonResponse({"problem": " ".join(problems)}, status=422) if problems else _news(request, campaign)
    for problem in problems:
        messages.error(request, problem)
    return redirect(_back(request, campaign))


def _added_or_why_not(request: HttpRequest, campaign: Campaign, file: UploadedFile) -> str:
    name = file.name or ""
    try:
        require_size(file.size or 0, name)
        take_in(campaign, file, name=name, content_type=file.content_type or "", actor=actor_of(request))
    except PortalError as error:
        return str(error)
    return ""


def _do_deed(request: HttpRequest, campaign: Campaign) -> list[str]:
    chosen = ((name, row_id(request.POST.get(name))) for name in _DEEDS)
    deed, file_id = next((pair for pair in chosen if pair[1]), ("", None))
    if file_id is None:
        return [_("Choose a file first.")]
    try:
        _DEEDS[deed](campaign.pk, file_id, actor=actor_of(request))
    except PortalError as error:
        return [str(error)]
    return []


def _news(request: HttpRequest, campaign: Campaign) -> JsonResponse:
    """The list as it is now, for the script to put in the place of the old one."""
    context = {**files_context(campaign), "campaign": campaign, "may_change": is_open(campaign)}
    return JsonResponse(
        {
            "html": render_to_string("campaigns/attachments/list.html", context, request),
            "names": render_to_string("campaigns/attachments/with_it.html", context, request),
        }
    )


def _back(request: HttpRequest, campaign: Campaign) -> str:
    """To the page that the form was on."""
    asked = request.POST.get("back", "")
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return url_of(campaign, "attachments")


def _sent(found: NamedFile | None) -> HttpResponseBase:
    """Always a download, never shown: whatever it is, it does not run on our pages."""
    if found is None:
        raise Http404
    url = download_url(found.file.file_key, file_name=found.name)
    if url is not None:
        return redirect(url)
    try:
        stream = open_file(found.file.file_key)
    except FileMissing as error:
        raise Http404 from error
    answer = FileResponse(stream, as_attachment=True, filename=found.name, content_type=OCTETS)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _problem(error: PortalError) -> JsonResponse:
    return JsonResponse({"problem": str(error)}, status=422)
