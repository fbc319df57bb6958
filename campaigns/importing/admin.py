"""Past imports and the pages of the wizard; drop folders are beside, in `drop_folder_admin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.importing import views_check, views_columns, views_deeds, views_file, views_progress
from campaigns.importing.drop_folder_admin import DropFolderAdmin
from campaigns.importing.models import ContactImport
from campaigns.importing.screen import home_of, import_or_404, status_tone
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.templatetags.postroom import badge, local_time
from portal.wording import format_count

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

__all__ = ("ContactImportAdmin", "DropFolderAdmin")

_PAGES = "campaigns_contactimport_"


@admin.register(ContactImport)
class ContactImportAdmin(ListWordsMixin, FastListMixin):
    """The list of past imports; adding and looking at one lead to the pages of `importing/views_*`."""

    list_title = _("Imports")
    list_lead = _("Every file that was brought in: who, when, and what came of it.")
    list_empty = _("Nothing imported yet. Bring a CSV file: nothing is written before you say so.")
    list_icon = "upload"
    list_display = ("shown_file", "shown_status", "rows", "new", "changed", "rejected", "brought_by", "happened_at")
    list_display_links = None
    change_list_template = "campaigns/importing/imports.html"
    list_filter = ("status",)
    search_fields = ("file_name__istartswith",)
    search_help_text = _("Beginning of the file's name")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContactImport]:
        imports: QuerySet[ContactImport] = super().get_queryset(request)
        return imports.defer("columns", "sample_rows", "problems", "notes")

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return views_file.new_import(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect("admin:campaigns_contactimport_changelist")
        return redirect(home_of(import_or_404(int(object_id))))

    def has_delete_permission(self, request: HttpRequest, obj: ContactImport | None = None) -> bool:
        return False  # the record of who brought which people in

    def get_urls(self) -> list[URLPattern]:
        return [*_import_urls(), *super().get_urls()]

    @admin.display(description=_("file"), ordering="file_name")
    def shown_file(self, contact_import: ContactImport) -> SafeString:
        return format_html('<a href="{}">{}</a>', home_of(contact_import), contact_import.file_name)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, contact_import: ContactImport) -> SafeString:
        return badge(contact_import.get_status_display(), tone=status_tone(contact_import.status))

    @admin.display(description=_("rows"))
    def rows(self, contact_import: ContactImport) -> str:
        return _shown_count(contact_import, contact_import.row_count)

    @admin.display(description=_("new"))
    def new(self, contact_import: ContactImport) -> str:
        return _shown_done(contact_import, contact_import.created_count)

    @admin.display(description=_("changed"))
    def changed(self, contact_import: ContactImport) -> str:
        return _shown_done(contact_import, contact_import.changed_count)

    @admin.display(description=_("left out"))
    def rejected(self, contact_import: ContactImport) -> str:
        return _shown_count(contact_import, contact_import.reject_count)

    @admin.display(description=_("by"))
    def brought_by(self, contact_import: ContactImport) -> str:
        if contact_import.created_by is None and contact_import.source == ContactImport.Source.BROWSER:
            return "–"
        return str(contact_import.created_by or contact_import.get_source_display())

    @admin.display(description=_("when"))
    def happened_at(self, contact_import: ContactImport) -> SafeString:
        return local_time(contact_import.finished_at or contact_import.created_at)


def _import_urls() -> list[URLPattern]:
    one = "<int:import_id>/"
    pages = [
        path("example.csv", views_file.example, name=_PAGES + "example"),
        path("begin/", views_file.begin_upload, name=_PAGES + "begin"),
        path(one + "upload/", views_file.take_upload, name=_PAGES + "upload"),
        path(one + "finish/", views_file.finish, name=_PAGES + "finish"),
        path(one + "file/", views_file.waiting, name=_PAGES + "file"),
        path(one + "columns/", views_columns.choose_columns, name=_PAGES + "columns"),
        path(one + "check/", views_check.check, name=_PAGES + "check"),
        path(one + "rejects.csv", views_check.download_rejects, name=_PAGES + "rejects"),
        path(one + "fix/", views_deeds.accept_fix, name=_PAGES + "fix"),
        path(one + "result/", views_progress.result, name=_PAGES + "result"),
        path(one + "progress.json", views_progress.progress_json, name=_PAGES + "progress"),
    ]
    acts = [path(f"{one}{deed}/", views_deeds.do_deed, {"deed": deed}, name=_PAGES + deed) for deed in views_deeds.ACTS]
    return [*pages, *acts]


def _shown_count(contact_import: ContactImport, count: int) -> str:
    return format_count(count) if contact_import.checked_at else "–"


def _shown_done(contact_import: ContactImport, count: int) -> str:
    return format_count(count) if contact_import.checked_at and contact_import.finished_at else "–"
