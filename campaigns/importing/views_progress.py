"""The import step: live while it runs, then what it did and how to undo it; and the news of all live pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.audience.models import Tag
from campaigns.importing.columns_screen import target_label
from campaigns.importing.screen import STEP_OF_STATUS, Status, home_of, import_or_404, import_page, last_step_of, url_of
from campaigns.importing.wording import describe_problem
from portal.pages import page
from portal.wording import format_duration, format_rate

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from campaigns.importing.models import ContactImport

ALMOST = 99.9  # what a page shows until the worker has said that it is done
PATIENCE_S = 10  # so long it is nothing special that no worker has begun


@page("campaigns.view_contactimport")
@require_GET
def result(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The import at work, or what came of it."""
    contact_import = import_or_404(import_id)
    if Status(contact_import.status) in STEP_OF_STATUS:
        return redirect(home_of(contact_import))
    if contact_import.status in {Status.IMPORTING, Status.UNDOING}:
        context = progress_context(contact_import)
        return import_page(request, "importing.html", contact_import, step="result", **context)
    context = {
        "mapping": [(column["name"], target_label(column["target"])) for column in contact_import.columns],
        "file_problem": describe_problem(contact_import.file_problem) if contact_import.file_problem else "",
        "people_url": people_url(contact_import),
        "campaign_url": campaign_url(contact_import),
    }
    return import_page(request, "result.html", contact_import, step=last_step_of(contact_import), **context)


@page("campaigns.view_contactimport")
@require_GET
def progress_json(request: HttpRequest, import_id: int) -> JsonResponse:
    """News for the live pages, from the import's own row."""
    contact_import = import_or_404(import_id)
    has_changed = request.GET.get("status", "") != contact_import.status
    is_final = not has_changed and contact_import.status not in {
        Status.UPLOADING, Status.RECEIVED, Status.CHECKING, Status.IMPORTING, Status.UNDOING,
    }  # fmt: skip
    return JsonResponse({**progress_context(contact_import), "final": is_final, "reload": has_changed})


def progress_context(contact_import: ContactImport) -> dict[str, Any]:
    """The figures of an import at work; the page and its news have the same."""
    percent = percent_done(contact_import)
    return {
        "percent": percent,
        "share": percent / 100,
        "percent_text": str(int(percent)),
        "done_rows": contact_import.done_rows,
        "rate": format_rate(contact_import.rows_per_s),
        "left": _left_text(contact_import, percent),
        "created": contact_import.created_count,
        "undone": contact_import.removed_count + contact_import.restored_count + contact_import.kept_count,
        "waits": _waiting_text(contact_import),
        "status_url": f"{url_of(contact_import, 'progress')}?status={contact_import.status}",
    }


def percent_done(contact_import: ContactImport) -> float:
    """How far the check, the import or the undo is, 0 to 99.9."""
    if contact_import.status == Status.UNDOING:
        done = contact_import.removed_count + contact_import.restored_count + contact_import.kept_count
        total = contact_import.created_count + contact_import.changed_count
    else:
        done, total = contact_import.done_bytes, contact_import.file_bytes
    return min(ALMOST, round(100 * done / total, 1)) if total else 0.0


def people_url(contact_import: ContactImport) -> str:
    """The contacts that the import put into its group; where it has none, those whom it brought in."""
    people = _group_of(contact_import) or f"import={contact_import.pk}"
    return f"{reverse('admin:campaigns_contact_changelist')}?{people}"


def campaign_url(contact_import: ContactImport) -> str:
    """A new campaign to the group that the import put its people into; "" where there is none."""
    group = _group_of(contact_import)
    return f"{reverse('admin:campaigns_campaign_add')}?{group}" if group else ""


def _group_of(contact_import: ContactImport) -> str:
    """`tag=<id>` or `list=<id>` of the group that fits the import's people best: its own tag, its list, another tag."""
    names = contact_import.tag_names
    own = [name for name in names if name == contact_import.people_tag]
    if contact_import.contact_list_id and not own:
        return f"list={contact_import.contact_list_id}"
    tag = Tag.objects.filter(name__in=own or names[:1]).first()
    return f"tag={tag.pk}" if tag else ""


def _left_text(contact_import: ContactImport, percent: float) -> str:
    if contact_import.status == Status.UNDOING or not contact_import.rows_per_s or not percent:
        return ""  # the speed is that of the import
    rows_left = contact_import.done_rows * (100 - percent) / percent
    return _("about %s left") % format_duration(max(1.0, rows_left / contact_import.rows_per_s))


def _waiting_text(contact_import: ContactImport) -> str:
    """Why nothing moves, where nothing does."""
    if contact_import.retry_at and contact_import.retry_at > timezone.now():
        return _("A service outside does not answer just now. It goes on by itself.")
    if contact_import.lease_until is not None or contact_import.started_at is None:
        return ""
    waited_s = (timezone.now() - contact_import.started_at).total_seconds()
    return _("It waits for a worker. You need not stay here.") if waited_s > PATIENCE_S else ""
