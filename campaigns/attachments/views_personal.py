"""Files of their own for the people of a campaign: the setting, adding many at once, taking off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from campaigns.attachments.personal import add_personal_files, remove_personal_files, set_personal
from campaigns.attachments.uploads import MAX_ZIP_BYTES, zip_too_large_text
from campaigns.sending.screen import actor_of, campaign_or_404, url_of
from portal.errors import PortalError
from portal.pages import page
from portal.row_ids import row_id
from portal.wording import format_count

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.change_campaign")
@require_POST
def save_setting(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Which field names each person's file, and what happens to people without one."""
    campaign = campaign_or_404(campaign_id)
    try:
        kept = set_personal(
            campaign_id,
            field_name=request.POST.get("field_name", "").strip(),
            when_missing=request.POST.get("when_missing", ""),
            actor=actor_of(request),
        )
    except PortalError as error:
        messages.error(request, str(error))
    else:
        text = (
            _("Each person gets the file that “%s” names.") % kept.field_name if kept else _("Everybody gets the same.")
        )
        messages.success(request, text)
    return redirect(url_of(campaign, "attachments") + "#own-files")


@page("campaigns.change_campaign")
@require_POST
def add(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Add the chosen files and ZIPs: of the plain form one or several, of the script one at a time."""
    campaign = campaign_or_404(campaign_id)
    files = request.FILES.getlist("files")
    count, problems = 0, [] if files else [_("Choose a file first.")]
    for file in files:
        added, problem = _added(request, campaign_id, file)
        count += added
        problems += [problem] if problem else []
    if "script" in request.POST:
        return JsonResponse({"problem": " ".join(problems)} if problems else {}, status=422 if problems else 200)
    for problem in problems:
        messages.error(request, problem)
    if count:
        messages.success(request, _added_text(count))
    return redirect(url_of(campaign, "attachments") + "#own-files")


@page("campaigns.change_campaign")
@require_POST
def remove(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Take one of the files off, or all of them."""
    campaign = campaign_or_404(campaign_id)
    chosen = row_id(request.POST.get("file"))
    ids = None if "all" in request.POST else [chosen] if chosen else []
    try:
        count = remove_personal_files(campaign_id, ids, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%s file is taken off.", "%s files are taken off.", count)
        messages.success(request, text % format_count(count))
    return redirect(url_of(campaign, "attachments") + "#own-files")


def _added(request: HttpRequest, campaign_id: int, file: UploadedFile) -> tuple[int, str]:
    if (file.size or 0) > MAX_ZIP_BYTES:
        return 0, zip_too_large_text()
    try:
        added = add_personal_files(campaign_id, file, name=file.name or "", actor=actor_of(request))
    except PortalError as error:
        return 0, str(error)
    return len(added), ""


def _added_text(count: int) -> str:
    return ngettext("%s file is here now.", "%s files are here now.", count) % format_count(count)
