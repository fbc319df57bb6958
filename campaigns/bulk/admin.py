"""The list of bulk changes, and the pages of bulk work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.bulk import views_change, views_merge
from campaigns.bulk.models import BulkChange
from campaigns.bulk.screen import TONES, url_of
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.read_only_admin import ReadOnlyMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PAGES = "campaigns_bulkchange_"


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyMixin, ListWordsMixin, FastListMixin):
    """The record of deeds on many people; adding and looking at one lead to the pages of `bulk/views_*`."""

    list_lead = _("What was done to many people at once. Each can be undone for a week.")
    list_empty = _("Nothing yet. Choose people in the list of contacts, then what to do with them.")
    list_icon = "history"
    list_display = ("what", "shown_status", "people", "changed", "created_by", "when")
    list_display_links = None
    list_filter = ("status", "deed")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    sortable_by = ()
    actions = None

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_bulkchange_changelist")
        return views_change.one_change(request, change_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        one = "<int:change_id>/"
        pages = [
            path("new/", views_change.new_change, name=_PAGES + "new"),
            path("duplicates/", views_merge.duplicates, name=_PAGES + "duplicates"),
            path("merge/", views_merge.merge, name=_PAGES + "merge"),
            path(one + "look/", views_change.one_change, name=_PAGES + "one"),
            path(one + "progress.json", views_change.progress_json, name=_PAGES + "progress"),
            path(one + "stop/", views_change.stop, name=_PAGES + "stop"),
            path(one + "undo/", views_change.undo, name=_PAGES + "undo"),
        ]
        return [*pages, *super().get_urls()]

    @admin.display(description=_("what"))
    def what(self, change: BulkChange) -> SafeString:
        return format_html('<a href="{}">{}</a>', url_of(change, "one"), capfirst(str(change)))

    @admin.display(description=_("status"))
    def shown_status(self, change: BulkChange) -> SafeString:
        return badge(change.get_status_display(), tone=TONES.get(BulkChange.Status(change.status), ""))

    @admin.display(description=_("people"))
    def people(self, change: BulkChange) -> str:
        return "–" if change.status == BulkChange.Status.WAITING else format_count(change.people_count)

    @admin.display(description=_("changed"))
    def changed(self, change: BulkChange) -> str:
        return format_count(change.changed_count)

    @admin.display(description=_("when"))
    def when(self, change: BulkChange) -> SafeString:
        return local_time(change.created_at)
