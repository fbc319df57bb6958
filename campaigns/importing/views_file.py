"""The file step: a form that works without scripts, and what the upload script asks for."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.importing.forms import FileForm
from campaigns.importing.screen import (
    Status,
    home_of,
    import_or_404,
    import_page,
    imports_crumb,
    steps_at,
    url_of,
)
from campaigns.importing.uploads import create_import, finish_upload, receive_upload, upload_form
from campaigns.importing.wording import sentence_of
from portal.errors import PortalError
from portal.pages import actor_of, page, render_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http.response import HttpResponseBase

    from campaigns.importing.models import ContactImport

BLOCK_BYTES = 1024 * 1024
EXAMPLE = """Email,First name,Last name,City,Tags
anna.berg@club.example,Anna,Berg,Oldtown,member
jonas.lind@club.example,Jonas,Lind,Newport,"member, choir"
"""


@page("campaigns.add_contactimport")
def new_import(request: HttpRequest) -> HttpResponseBase:
    """The drop zone; a plain form post brings the file through the site."""
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    if is_sent and form.is_valid():
        chosen = form.cleaned_data["file"]
        contact_import = create_import(chosen.name, actor=actor_of(request))
        try:
            _bring(contact_import, chosen.chunks(BLOCK_BYTES), request)
        except PortalError as error:
            messages.error(request, sentence_of(error))
        return redirect(home_of(import_or_404(contact_import.pk)))
    context = {
        "form": form,
        "steps": steps_at("file"),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_size": filesizeformat(settings.UPLOAD_MAX_BYTES),
    }
    return render_page(
        request, "campaigns/importing/file.html", context, title=_("Import contacts"), crumbs=[imports_crumb()]
    )


@page("campaigns.add_contactimport")
@require_POST
def begin_upload(request: HttpRequest) -> JsonResponse:
    """Make an import for the file that the script is about to send, and say where it goes."""
    try:
        name = _readable_name(str(json.loads(request.body)["name"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"problem": _("The file has no name.")}, status=400)
    contact_import = create_import(name, actor=actor_of(request))
    try:
        form = upload_form(contact_import)
    except PortalError as error:
        return JsonResponse({"problem": sentence_of(error)}, status=502)
    return JsonResponse(
        {
            "url": form.url if form else url_of(contact_import, "upload"),
            "fields": form.fields if form else None,
            "finish_url": url_of(contact_import, "finish"),
            "cancel_url": url_of(contact_import, "cancel"),
        }
    )


@page("campaigns.add_contactimport")
@require_POST
def take_upload(request: HttpRequest, import_id: int) -> JsonResponse:
    """The file as the body of the request, streamed to disk."""
    contact_import = import_or_404(import_id)
    try:
        receive_upload(contact_import, iter(lambda: request.read(BLOCK_BYTES), b""))
    except UnreadablePostError:
        return JsonResponse({"problem": _("The connection broke off. Send the file again.")}, status=400)
    except PortalError as error:
        return JsonResponse({"problem": sentence_of(error)}, status=422)
    return JsonResponse({})


@page("campaigns.add_contactimport")
@require_POST
def finish(request: HttpRequest, import_id: int) -> JsonResponse:
    """The script has sent the file: look at it, and say where to go on or what is wrong with it."""
    contact_import = import_or_404(import_id)
    if contact_import.status != Status.UPLOADING:
        return JsonResponse({"url": home_of(contact_import)})
    try:
        contact_import = finish_upload(import_id, actor=actor_of(request))
    except PortalError as error:
        return JsonResponse({"problem": sentence_of(error)}, status=422)
    return JsonResponse({"url": home_of(contact_import)})


@page("campaigns.view_contactimport")
@require_GET
def waiting(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """An import whose file has not arrived, or has not been looked at by a worker."""
    contact_import = import_or_404(import_id)
    if contact_import.status not in {Status.UPLOADING, Status.RECEIVED}:
        return redirect(home_of(contact_import))
    return import_page(request, "waiting.html", contact_import, step="file")


@page("campaigns.view_contactimport")
@require_GET
def example(request: HttpRequest) -> HttpResponse:
    """A small file that imports as it is."""
    answer = HttpResponse(EXAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="people-example.csv"'
    return answer


def _readable_name(name: str) -> str:
    """The last part of the name, without what no screen or database can show."""
    return "".join(char for char in PurePath(name).name if char.isprintable()).strip(" .") or "people.csv"


def _bring(contact_import: ContactImport, blocks: Iterable[bytes], request: HttpRequest) -> None:
    receive_upload(contact_import, blocks)
    finish_upload(contact_import.pk, actor=actor_of(request))
