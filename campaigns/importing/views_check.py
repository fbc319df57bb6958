"""The check step: live while it runs, then what would happen, what is wrong by cause, and the last button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.importing.problems import WARNINGS, ProblemDict
from campaigns.importing.rejects import rejects_file_name
from campaigns.importing.screen import Status, home_of, import_or_404, import_page
from campaigns.importing.views_progress import progress_context
from campaigns.importing.wording import describe_fix, describe_problem
from portal.files import FileMissing, download_url, open_file
from portal.pages import page
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from campaigns.importing.models import ContactImport


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One cause as the page shows it; `fix` is the text of its button, "" where one click mends nothing."""

    sentence: str
    count: int
    where: str
    example: str
    fix: str
    code: str
    value: str


@page("campaigns.view_contactimport")
@require_GET
def check(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The progress of the check, or its findings."""
    contact_import = import_or_404(import_id)
    if contact_import.status == Status.CHECKING:
        context = progress_context(contact_import)
        return import_page(request, "checking.html", contact_import, step="check", **context)
    if contact_import.status != Status.CHECKED:
        return redirect(home_of(contact_import))
    context = {
        "blocking": [_row(each) for each in contact_import.problems if each["code"] not in WARNINGS],
        "warnings": [_row(each) for each in contact_import.problems if each["code"] in WARNINGS],
        "accepted": accepted_fixes(contact_import),
        "undo_days": settings.UNDO_IMPORT_DAYS,
    }
    return import_page(request, "check.html", contact_import, step="check", **context)


@page("campaigns.change_contactimport")
@require_GET
def download_rejects(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The rows that cannot be imported, to mend and drop again."""
    contact_import = import_or_404(import_id)
    name = rejects_file_name(contact_import)
    if not contact_import.rejects_key:
        raise Http404
    if url := download_url(contact_import.rejects_key, file_name=name):
        return redirect(url)
    try:
        stream = open_file(contact_import.rejects_key)
    except FileMissing as error:
        raise Http404 from error
    return FileResponse(stream, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def accepted_fixes(contact_import: ContactImport) -> list[str]:
    """What the person has had us mend, in words."""
    domains = contact_import.fixes.get("domains", {})
    mended = [f"{wrong} → {meant}" for wrong, meant in domains.items()]
    return [*mended, _("missing cells are empty")] if contact_import.fixes.get("short_rows") else mended


def _row(problem: ProblemDict) -> ProblemRow:
    return ProblemRow(
        sentence=str(describe_problem(problem)),
        count=problem.get("count", 0),
        where=_where(problem),
        example=problem.get("example", ""),
        fix=str(describe_fix(problem)),
        code=problem["code"],
        value=problem.get("value", ""),
    )


def _where(problem: ProblemDict) -> str:
    line, other_line = problem.get("line", 0), problem.get("other_line", 0)
    if line and other_line:
        return _("lines %(line)s and %(other)s") % {"line": format_count(line), "other": format_count(other_line)}
    return _("line %s") % format_count(line) if line else ""
