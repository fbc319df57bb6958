"""Lists and tags in the admin, each with its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience.group_counts import list_counts, shown_count, tag_counts
from campaigns.audience.models import ContactList, Tag
from portal.activity import record_activity
from portal.list_words import ListWordsMixin
from portal.pages import actor_of
from portal.paging import FastListMixin
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from django import forms
    from django.db.models import Model
    from django.http import HttpRequest


def _counted_change_list(count: Callable[[Sequence[int]], dict[int, int]]) -> type[ChangeList]:
    """A list that knows how many people each of its rows has, by one query."""

    class CountedChangeList(ChangeList):
        def get_results(self, request: HttpRequest) -> None:
            super().get_results(request)
            self.result_list = list(self.result_list)
            counts = count([group.pk for group in self.result_list])
            for group in self.result_list:
                group.__dict__["_people"] = counts.get(group.pk, 0)

    return CountedChangeList


_LIST_CHANGE_LIST = _counted_change_list(list_counts)
_TAG_CHANGE_LIST = _counted_change_list(tag_counts)


class _GroupAdmin(ListWordsMixin, FastListMixin):
    """What lists and tags share: people, their link, and the record of every deed."""

    search_fields = ("name__istartswith",)
    search_help_text = gettext_lazy("Beginning of the name")
    ordering = ("name",)
    actions = None
    change_form_template = "campaigns/audience/group_form.html"
    people_filter = ""  # name of the filter of contacts

    @admin.display(description=gettext_lazy("people"))
    def people(self, group: ContactList | Tag) -> SafeString:
        url = f"{reverse('admin:campaigns_contact_changelist')}?{self.people_filter}={group.pk}"
        count = int(group.__dict__.get("_people", 0))
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', url, group.name, _("people"), shown_count(count))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {"people_filter": self.people_filter, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            verb = "changed" if change else "created"
            record_activity(f"{self.people_filter}.{verb}", actor=actor_of(request), target=obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            record_activity(f"{self.people_filter}.deleted", actor=actor_of(request), target=obj)
            super().delete_model(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the question before deleting lists: the group only, not everybody in it."""
        return [str(obj) for obj in objs], {}, set(), []


@admin.register(ContactList)
class ContactListAdmin(_GroupAdmin):
    """Named lists, chosen as audience."""

    list_lead = gettext_lazy("Groups of people that campaigns go to.")
    list_empty = gettext_lazy("No list yet. A list is a name for the people a campaign goes to.")
    list_icon = "list"
    list_display = ("name", "people", "description", "created")
    fields = ("name", "description", "public_name", "public_description")
    people_filter = "list"
    change_list_template = "campaigns/audience/groups.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _LIST_CHANGE_LIST

    @admin.display(description=gettext_lazy("created"))
    def created(self, contact_list: ContactList) -> SafeString:
        return local_time(contact_list.created_at, "DATE_FORMAT")


@admin.register(Tag)
class TagAdmin(_GroupAdmin):
    """Free labels on people."""

    list_lead = gettext_lazy("Labels on people: choose them as audience, or leave them out.")
    list_empty = gettext_lazy("No tag yet. Tags come with imports, or are put on people in the list of contacts.")
    list_icon = "tag"
    list_display = ("name", "people")
    fields = ("name",)
    people_filter = "tag"
    change_list_template = "campaigns/audience/groups.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _TAG_CHANGE_LIST
