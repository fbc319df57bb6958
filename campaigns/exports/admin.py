"""The list of exports and their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.exports import views
from campaigns.exports.models import Export
from campaigns.exports.screen import TONES, url_of
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.read_only_admin import ReadOnlyMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PAGES = "campaigns_export_"


@admin.register(Export)
class ExportAdmin(ReadOnlyMixin, ListWordsMixin, FastListMixin):
    """The record of large exports; short ones are answered at once and stand in the activity log."""

    list_lead = _(
        "Large files, written in the background and kept for a while. Who asked for one fetches it; so may Owners."
    )
    list_empty = _("No large export yet. Lists have a button for it; short ones come at once.")
    list_icon = "download"
    list_display = ("what", "shown_status", "rows", "size", "created_by", "when", "until")
    list_display_links = None
    list_filter = ("status", "source")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    sortable_by = ()
    actions = None

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_export_changelist")
        return views.one_export(request, export_id=int(object_id))

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return views.new_export(request)

    def get_urls(self) -> list[URLPattern]:
        one = "<int:export_id>/"
        pages = [
            path("new/", views.new_export, name=_PAGES + "new"),
            path(one + "look/", views.one_export, name=_PAGES + "one"),
            path(one + "progress.json", views.progress_json, name=_PAGES + "progress"),
            path(one + "download/", views.download, name=_PAGES + "download"),
            path(one + "stop/", views.stop, name=_PAGES + "stop"),
        ]
        return [*pages, *super().get_urls()]

    @admin.display(description=_("what"))
    def what(self, export: Export) -> SafeString:
        return format_html('<a href="{}">{}</a>', url_of(export, "one"), capfirst(str(export)))

    @admin.display(description=_("status"))
    def shown_status(self, export: Export) -> SafeString:
        return badge(export.get_status_display(), tone=TONES.get(Export.Status(export.status), ""))

    @admin.display(description=_("rows"))
    def rows(self, export: Export) -> str:
        return format_count(export.row_count)

    @admin.display(description=_("size"))
    def size(self, export: Export) -> str:
        return filesizeformat(export.size_bytes)

    @admin.display(description=_("asked for"))
    def when(self, export: Export) -> SafeString:
        return local_time(export.created_at)

    @admin.display(description=_("kept until"))
    def until(self, export: Export) -> SafeString | str:
        return local_time(export.expires_at) if export.is_there and export.expires_at else "–"
