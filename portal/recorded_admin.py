"""Deeds of plain admin forms, written to the activity log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from portal.activity import record_activity
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.contrib.admin.models import LogEntry
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest


class RecordedMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Adding, changing and deleting become `<activity_subject>.added`, `.changed` (with the fields' names), `.deleted`."""

    activity_subject = ""

    def activity_details(self, obj: Any) -> dict[str, Any]:
        """What else is kept of a row that was added or changed: JSON values, no secrets."""
        return {}

    def activity_label(self, obj: Any) -> str:
        """What the log calls the row."""
        return str(obj)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._record("added", request, obj, **self.activity_details(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._record("changed", request, obj, fields=changed_fields(message), **self.activity_details(obj))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._record("deleted", request, obj)
        return super().log_deletions(request, queryset)

    def _record(self, deed: str, request: HttpRequest, obj: Model, **details: Any) -> None:
        verb, label = f"{self.activity_subject}.{deed}", self.activity_label(obj)
        record_activity(verb, actor=actor_of(request), target=obj, label=label, **details)


def changed_fields(message: Any) -> list[str]:
    """The names of the fields that an admin form changed."""
    parts = message if isinstance(message, list) else []
    return [field for part in parts for field in part.get("changed", {}).get("fields", [])]
