"""Filters of the list of contacts, each served by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.utils.translation import gettext_lazy as _

from campaigns.audience import querysets
from campaigns.audience.models import ContactList, Tag
from campaigns.importing.models import ContactImport
from campaigns.segments.models import Segment
from campaigns.segments.people import in_segment
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from campaigns.audience.models import Contact

SHOWN_GROUPS = 100


class _GroupFilter(admin.SimpleListFilter):
    """People in one group; a group beyond those shown is still reached by its address.

    `newest_first` is the list's own order in terms of the group's index: SQLite sorts everybody when told "-pk".
    """

    newest_first: str
    groups: QuerySet[Any]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        groups = list(self.groups.values_list("pk", "name")[:SHOWN_GROUPS])
        chosen = self.chosen_id()
        if chosen is not None and chosen not in {pk for pk, _name in groups}:
            groups += self.groups.filter(pk=chosen).values_list("pk", "name")
        return [(str(pk), name) for pk, name in groups]

    def chosen_id(self) -> int | None:
        return row_id(self.value())


class ListFilter(_GroupFilter):
    """People on one list."""

    title = _("list")
    parameter_name = "list"
    newest_first = "-memberships__contact_id"
    groups = ContactList.objects.all()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = self.chosen_id()
        if chosen is None:
            return queryset
        narrow = querysets.searched_on_list if SEARCH_VAR in request.GET else querysets.on_list
        return narrow(queryset, chosen)


class TagFilter(_GroupFilter):
    """People with one tag."""

    title = _("tag")
    parameter_name = "tag"
    newest_first = "-contact_tags__contact_id"
    groups = Tag.objects.all()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = self.chosen_id()
        if chosen is None:
            return queryset
        narrow = querysets.searched_with_tag if SEARCH_VAR in request.GET else querysets.with_tag
        return narrow(queryset, chosen)


class ImportFilter(admin.SimpleListFilter):
    """People whom one import brought in. It shows only when an address names the import: there are too many to offer."""

    title = _("import")
    parameter_name = "import"
    newest_first = ("-created_import_id", "-pk")  # the order of the index

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, Any]]:
        chosen = row_id(self.value())
        if chosen is None:
            return []
        file_name = ContactImport.objects.filter(pk=chosen).values_list("file_name", flat=True).first()
        return [(str(chosen), file_name or _("import %d") % chosen)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = row_id(self.value())
        return queryset if chosen is None else querysets.brought_by(queryset, chosen)


class SegmentFilter(admin.SimpleListFilter):
    """People in one segment. No index serves all that a segment may ask, so the list counts only a little way."""

    title = _("segment")
    parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Segment.objects.values_list("pk", "name")[:SHOWN_GROUPS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = row_id(self.value())
        return queryset if chosen is None else in_segment(queryset, chosen)


class MailFilter(admin.SimpleListFilter):
    """Whether they get mail at all."""

    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [("yes", _("may get mail")), ("no", _("suppressed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if self.value() == "yes":
            return querysets.unsuppressed(queryset)
        return querysets.suppressed(queryset) if self.value() == "no" else queryset
