"""What the pages of exports share."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.exports.models import Export
from portal.pages import Crumb

Status = Export.Status
TONES = {Status.WRITING: "accent", Status.READY: "good", Status.FAILED: "bad", Status.CANCELLED: "warn"}
MARKS = ("source", "columns", "csrfmiddlewaretoken", "query")


def export_or_404(export_id: int) -> Export:
    """The export with what its page reads."""
    return get_object_or_404(Export.objects.select_related("created_by"), pk=export_id)


def url_of(export: Export, name: str) -> str:
    """Address of one of the pages or deeds of an export."""
    return reverse(f"admin:campaigns_export_{name}", args=[export.pk])


def new_url(source: str, query: str = "") -> str:
    """Where the columns of an export are chosen; `query` is the filter as in the address of the list."""
    asked = QueryDict(mutable=True)
    asked.update({"source": source, "query": query})
    return f"{reverse('admin:campaigns_export_new')}?{asked.urlencode()}"


def exports_crumb() -> Crumb:
    """The way back to the list."""
    return Crumb(_("Exports"), reverse("admin:campaigns_export_changelist"))


def progress_of(export: Export) -> dict[str, Any]:
    """The figures of an export at work; the page and its news have the same."""
    expected = export.expected_count
    percent = min(99.9, round(100 * export.row_count / expected, 1)) if expected else 0.0
    return {
        "percent": percent,
        "share": percent / 100,
        "percent_text": str(int(percent)),
        "rows": export.row_count,
        "size": filesizeformat(export.size_bytes),
    }
