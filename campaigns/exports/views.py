"""An export: columns chosen, followed while it is written, fetched, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from campaigns.exports import services
from campaigns.exports.models import Export
from campaigns.exports.screen import TONES, export_or_404, exports_crumb, progress_of, url_of
from campaigns.exports.services import COUNTED, SmallFile
from campaigns.exports.sources import source_of
from portal.errors import Conflict, InvalidInput
from portal.files import CSV_TYPE, FileMissing, download_url, open_file
from portal.pages import actor_of, page, render_page
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

Status = Export.Status


class ColumnsForm(forms.Form):
    """Which columns the file has."""

    columns = forms.ChoiceField(
        label=gettext_lazy("Columns"),
        choices=Export.Columns.choices,
        initial=Export.Columns.STANDARD,
        widget=forms.RadioSelect,
    )


@page("campaigns.add_export")
def new_export(request: HttpRequest) -> HttpResponseBase:
    """Say what will be in the file, and give it: a short one at once."""
    asked = request.POST if request.method == "POST" else request.GET
    source, query = asked.get("source", Export.Source.CONTACTS.value), asked.get("query", "")
    if source == Export.Source.ACTIVITY:
        query = query.replace("who=me", f"who=user:{actor_of(request).pk}")
    form = ColumnsForm(request.POST if "columns" in request.POST else None)
    try:
        _check_sight(request, source)
        if form.is_valid():
            columns = form.cleaned_data["columns"]
            return _answer(services.export_rows(source, query, columns=columns, actor=actor_of(request)))
        label = source_of(source).label(query)
        count = source_of(source).expected(query, most=COUNTED)
    except InvalidInput as error:
        messages.error(request, str(error))
        return redirect("admin:campaigns_export_changelist")
    context = {
        "form": form,
        "source": source,
        "query": query,
        "what": Export.Source(source).label,
        "label": label,
        "count": None if count is None else format_count(count),
        "is_large": count is None or count > services.ROWS_AT_ONCE,
        "is_contacts": source == Export.Source.CONTACTS,
    }
    return render_page(request, "campaigns/exports/new.html", context, title=_("Export"), crumbs=[exports_crumb()])


@page("campaigns.view_export")
@require_GET
def one_export(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The export at work, or its file."""
    export = export_or_404(export_id)
    context = {
        "export": export,
        "tone": TONES.get(Status(export.status), ""),
        "status_url": f"{url_of(export, 'progress')}?status={export.status}",
        "may_fetch": services.may_download(export, actor_of(request)),
        **progress_of(export),
    }
    return render_page(
        request, "campaigns/exports/export.html", context, title=capfirst(str(export)), crumbs=[exports_crumb()]
    )


@page("campaigns.view_export")
@require_GET
def progress_json(request: HttpRequest, export_id: int) -> JsonResponse:
    """News for the live page, from the row of the export."""
    export = export_or_404(export_id)
    has_changed = request.GET.get("status", "") != export.status
    return JsonResponse({
        **progress_of(export), "final": not has_changed and export.status != Status.WRITING, "reload": has_changed,
    })  # fmt: skip


@page("campaigns.add_export")
@require_POST
def download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The file, for whoever asked for it and for Owners; straight from the bucket where there is one.

    A POST, because it is on record who fetched it.
    """
    export = export_or_404(export_id)
    if not services.may_download(export, actor_of(request)):
        raise PermissionDenied
    _check_sight(request, export.source)
    if not export.is_there:
        messages.warning(request, _("The file is not there any more. Export again."))
        return redirect(url_of(export, "one"))
    services.note_download(export, actor=actor_of(request))
    address = download_url(export.file_key, file_name=export.file_name)
    if address:
        return redirect(address)
    try:
        stream = open_file(export.file_key)
    except FileMissing:
        messages.warning(request, _("The file is not there any more. Export again."))
        return redirect(url_of(export, "one"))
    return FileResponse(stream, as_attachment=True, filename=export.file_name, content_type=CSV_TYPE)


@page("campaigns.add_export")
@require_POST
def stop(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """Write no further."""
    export = export_or_404(export_id)
    if not services.may_download(export, actor_of(request)):
        raise PermissionDenied
    try:
        services.stop_export(export_id, actor=actor_of(request))
    except Conflict as error:
        messages.warning(request, str(error))
    return redirect(url_of(export, "one"))


def _check_sight(request: HttpRequest, source: str) -> None:
    """Who may not see the list may not carry it away."""
    if not request.user.has_perm(source_of(source).VIEW_PERMISSION):
        raise PermissionDenied


def _answer(made: SmallFile | Export) -> HttpResponseBase:
    if isinstance(made, Export):
        return redirect(url_of(made, "one"))
    response = HttpResponse(made.content, content_type=f"{CSV_TYPE}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
