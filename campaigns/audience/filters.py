"""Filters of the list of contacts, each served by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.audience import querysets
from campaigns.audience.models import ContactList, Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from campaigns.audience.models import Contact

SHOWN_GROUPS = 100


class _GroupFilter(admin.SimpleListFilter):
    """People in one group; a group beyond those shown is still reached by its address."""

    groups: QuerySet[Any]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        groups = list(self.groups.values_list("pk", "name")[:SHOWN_GROUPS])
        chosen = request.GET.get(str(self.parameter_name), "")
        if chosen.isdecimal() and int(chosen) not in {pk for pk, _name in groups}:
            groups += self.groups.filter(pk=int(chosen)).values_list("pk", "name")
        return [(str(pk), name) for pk, name in groups]

    def chosen_id(self) -> int | None:
        value = self.value()
        return int(value) if value and value.isdecimal() else None


class ListFilter(_GroupFilter):
    """People on one list."""

    title = _("list")
    parameter_name = "list"
    groups = ContactList.objects.all()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = self.chosen_id()
        return queryset if chosen is None else querysets.on_list(queryset, chosen)


class TagFilter(_GroupFilter):
    """People with one tag."""

    title = _("tag")
    parameter_name = "tag"
    groups = Tag.objects.all()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        chosen = self.chosen_id()
        return queryset if chosen is None else querysets.with_tag(queryset, chosen)


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
