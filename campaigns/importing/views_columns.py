"""The columns step: how the file is read, where its columns go, what is done with the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from campaigns.importing.columns_screen import (
    column_rows,
    earlier_import,
    encoding_fix,
    file_problem_text,
    note_text,
    offered_fields,
)
from campaigns.importing.forms import ColumnsForm, FormatForm
from campaigns.importing.screen import Status, home_of, import_or_404, import_page
from campaigns.importing.services import start_check
from campaigns.importing.uploads import change_format
from campaigns.importing.wording import sentence_of
from portal.errors import InvalidInput, PortalError
from portal.pages import actor_of, page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.importing.models import ContactImport


@page("campaigns.view_contactimport")
def choose_columns(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The form; its buttons read the file again (`reread`) or begin the check."""
    contact_import = import_or_404(import_id)
    if contact_import.status not in {Status.COLUMNS, Status.CHECKED}:
        return redirect(home_of(contact_import))
    if request.method != "POST":
        return _render(request, contact_import, _form(request, contact_import))
    if not request.user.has_perm("campaigns.change_contactimport"):
        raise PermissionDenied
    if "reread" in request.POST or "encoding_fix" in request.POST:
        return _read_again(request, contact_import)
    return _begin_check(request, contact_import)


def _read_again(request: HttpRequest, contact_import: ContactImport) -> HttpResponseBase:
    """Read the file as the person says, and keep what was chosen for the people."""
    given = request.POST.copy()
    if "encoding_fix" in given:
        given["encoding"] = str(given["encoding_fix"])
    form = FormatForm(given, contact_import=contact_import)
    problem = ""
    if form.is_valid():
        try:
            change_format(contact_import.pk, form.overrule())
        except PortalError as error:
            problem = sentence_of(error)
    contact_import = import_or_404(contact_import.pk)
    kept = {name: given.get(name, "") for name in ("on_existing", "contact_list", "new_list", "tags", "consent")}
    return _render(request, contact_import, _form(request, contact_import, initial=kept), problem=problem)


def _begin_check(request: HttpRequest, contact_import: ContactImport) -> HttpResponseBase:
    form = _form(request, contact_import, data=request.POST)
    if not form.is_valid():
        return _render(request, contact_import, form)
    try:
        started = start_check(contact_import.pk, form.choices(), actor=actor_of(request))
    except InvalidInput as error:
        form.add_error(None, str(error))
        return _render(request, contact_import, form)
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(home_of(import_or_404(contact_import.pk)))
    return redirect(home_of(started))


def _form(request: HttpRequest, contact_import: ContactImport, **given: Any) -> ColumnsForm:
    given["initial"] = {"tags": _proposed_tags(contact_import), **given.get("initial", {})}
    may_add_list = request.user.has_perm("campaigns.add_contactlist")
    return ColumnsForm(contact_import=contact_import, may_add_list=may_add_list, **given)


def _proposed_tags(contact_import: ContactImport) -> str:
    if contact_import.tag_names or contact_import.status == Status.CHECKED:
        return ", ".join(contact_import.tag_names)
    return contact_import.people_tag


def _render(
    request: HttpRequest, contact_import: ContactImport, form: ColumnsForm, *, problem: str = ""
) -> HttpResponseBase:
    format_form = FormatForm(contact_import=contact_import)
    if not request.user.has_perm("campaigns.change_contactimport"):
        for field in (*form.fields.values(), *format_form.fields.values()):
            field.disabled = True
    context = {
        "form": form,
        "format_form": format_form,
        "rows": column_rows(form, contact_import),
        "offered_fields": offered_fields(),
        "notes": [note_text(note) for note in contact_import.notes],
        "file_problem": problem or file_problem_text(contact_import),
        "encoding_fix": encoding_fix(contact_import),
        "earlier": earlier_import(contact_import),
    }
    response = import_page(request, "columns.html", contact_import, step="columns", **context)
    response.status_code = 422 if form.errors else 200
    return response
