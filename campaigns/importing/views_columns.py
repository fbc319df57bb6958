"""The columns step: how the file is read, where its columns go, what is done with the people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from campaigns.importing import columns
from campaigns.importing.format_words import encoding_label
from campaigns.importing.forms import ColumnsForm, FormatForm
from campaigns.importing.models import ColumnMapping, ContactImport
from campaigns.importing.problems import ProblemDict
from campaigns.importing.screen import Status, actor_of, home_of, import_or_404, import_page, url_of
from campaigns.importing.services import start_check
from campaigns.importing.uploads import change_format
from campaigns.importing.views_file import sentence_of
from campaigns.importing.wording import describe_problem
from portal.errors import InvalidInput, PortalError
from portal.pages import page
from portal.wording import format_count, format_percent

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

MOSTLY = 0.9  # an address column with a smaller share of addresses is worth a look


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file as the page shows it."""

    name: str
    examples: list[str]
    target: BoundField
    field: BoundField
    finding: str
    level: str  # good or warn


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
    context = {
        "form": form,
        "format_form": FormatForm(contact_import=contact_import),
        "rows": [_row(form, number, column) for number, column in enumerate(contact_import.columns)],
        "known_fields": _known_fields(),
        "notes": [_note_text(note) for note in contact_import.notes],
        "file_problem": problem or _file_problem_text(contact_import),
        "encoding_fix": _encoding_fix(contact_import),
        "earlier": _earlier(contact_import),
        "columns_url": url_of(contact_import, "columns"),
    }
    status = 422 if form.errors else 200
    response = import_page(request, "columns.html", contact_import, step="columns", **context)
    response.status_code = status
    return response


def _row(form: ColumnsForm, number: int, column: columns.ColumnDict) -> ColumnRow:
    finding, level = _finding(column)
    return ColumnRow(
        name=column["name"],
        examples=column["examples"],
        target=form[f"target_{number}"],
        field=form[f"field_{number}"],
        finding=finding,
        level=level,
    )


def _finding(column: columns.ColumnDict) -> tuple[str, str]:
    """(what the first rows say about the column, its level)."""
    filled = format_percent(column["filled_share"], digits=0)
    if not column["distinct_count"]:
        return _("empty"), "warn"
    if column["target"] == columns.ADDRESS:
        share = column["address_share"]
        text = _("%s look like e-mail addresses") % format_percent(share)
        return text, "good" if share >= MOSTLY else "warn"
    if column["target"] == columns.TAGS:
        return _("%(n)s different, %(filled)s filled") % {
            "n": format_count(column["distinct_count"]),
            "filled": filled,
        }, "good"
    return _("%s filled") % filled, "good"


def _known_fields() -> list[str]:
    """Fields that earlier imports filled, to be offered again."""
    found: set[str] = set()
    for mapping in ColumnMapping.objects.order_by("-used_at").values_list("targets", flat=True)[:20]:
        found.update(
            target.removeprefix(columns.ATTRIBUTE_PREFIX)
            for target in mapping.values()
            if target.startswith(columns.ATTRIBUTE_PREFIX)
        )
    return sorted(found)


def _note_text(note: ProblemDict) -> str:
    value = note.get("value", "")
    if note["code"] == "encoding_unsure":
        value = encoding_label(value)
    sentence = str(describe_problem(note))
    return f"“{value}”: {sentence}" if value else sentence


def _file_problem_text(contact_import: ContactImport) -> str:
    return str(describe_problem(contact_import.file_problem)) if contact_import.file_problem else ""


def _encoding_fix(contact_import: ContactImport) -> dict[str, str]:
    kind, _colon, meant = contact_import.file_problem.get("fix", "").partition(":")
    return {"value": meant, "label": encoding_label(meant)} if kind == "encoding" else {}


def _earlier(contact_import: ContactImport) -> ContactImport | None:
    """An import that is over, of a file with the same name and size."""
    same = ContactImport.objects.filter(
        file_name=contact_import.file_name, file_bytes=contact_import.file_bytes, status=Status.COMPLETED
    )
    return same.exclude(pk=contact_import.pk).select_related("created_by").first()
