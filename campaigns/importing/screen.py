"""What the pages of one import share: finding it, its steps, where it is at home, its tones, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.importing.models import ContactImport
from campaigns.importing.services import CANCELLABLE
from portal.pages import Crumb, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.template.response import TemplateResponse

Status = ContactImport.Status

STEPS = {
    "file": gettext_lazy("File"),
    "columns": gettext_lazy("Columns"),
    "check": gettext_lazy("Check"),
    "result": gettext_lazy("Import"),
}
STEP_OF_STATUS = {
    Status.UPLOADING: "file",
    Status.RECEIVED: "file",
    Status.COLUMNS: "columns",
    Status.CHECKING: "check",
    Status.CHECKED: "check",
}
STATUS_TONES = {
    Status.COLUMNS: "warn",
    Status.CHECKED: "warn",
    Status.CHECKING: "accent",
    Status.IMPORTING: "accent",
    Status.UNDOING: "accent",
    Status.COMPLETED: "good",
    Status.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps as the page shows it; `url` only where the person may go back to it."""

    label: str
    is_done: bool
    is_current: bool
    url: str = ""


def import_or_404(import_id: int) -> ContactImport:
    """The import with what its pages read."""
    imports = ContactImport.objects.select_related(
        "created_by", "consent_by", "undone_by", "contact_list", "drop_folder__campaign"
    )
    return get_object_or_404(imports, pk=import_id)


def url_of(contact_import: ContactImport, name: str) -> str:
    """Address of one of the import's pages or deeds, e.g. `columns`."""
    return reverse(f"admin:campaigns_contactimport_{name}", args=(contact_import.pk,))


def step_of(contact_import: ContactImport) -> str:
    """The step that the import is at."""
    return STEP_OF_STATUS.get(Status(contact_import.status), "result")


def last_step_of(contact_import: ContactImport) -> str:
    """How far an import came that is over."""
    if contact_import.status in {Status.COMPLETED, Status.UNDONE} or contact_import.created_count:
        return "result"
    if contact_import.checked_at:
        return "check"
    return "columns" if contact_import.columns else "file"


def home_of(contact_import: ContactImport) -> str:
    """The page of the step that the import is at."""
    return url_of(contact_import, step_of(contact_import))


def status_tone(status: str) -> str:
    """Tone of an import's badge."""
    return STATUS_TONES.get(Status(status), "")


def imports_crumb() -> Crumb:
    """The way back to the list."""
    return Crumb(gettext_lazy("Imports"), reverse("admin:campaigns_contactimport_changelist"))


def steps_at(current: str, contact_import: ContactImport | None = None) -> list[Step]:
    """The four steps; the columns can be gone back to as long as nothing was imported."""
    names = list(STEPS)
    here = names.index(current)
    is_over = contact_import is not None and contact_import.status in {Status.COMPLETED, Status.UNDONE}
    can_go_back = contact_import is not None and contact_import.status == Status.CHECKED
    return [
        Step(
            label=str(STEPS[name]),
            is_done=number < here or is_over,
            is_current=number == here,
            url=url_of(contact_import, name) if contact_import and name == "columns" and can_go_back else "",
        )
        for number, name in enumerate(names)
    ]


def import_page(
    request: HttpRequest, template: str, contact_import: ContactImport, *, step: str, **context: Any
) -> TemplateResponse:
    """One of the import's pages, under the name of its file, its status and the steps."""
    frame: dict[str, Any] = {
        "title": f"{STEPS[step]}: {contact_import.file_name}",
        "page_heading": _("Import contacts"),
        "crumbs": [imports_crumb()],
    }
    shared = {
        "contact_import": contact_import,
        "steps": steps_at(step, contact_import),
        "status_tone": status_tone(contact_import.status),
        "can_change": request.user.has_perm("campaigns.change_contactimport"),
        "can_cancel": contact_import.status in CANCELLABLE,
    }
    return render_page(request, f"campaigns/importing/{template}", {**shared, **context}, **frame)
