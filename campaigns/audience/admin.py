"""Contacts in the admin: a list that stays fast at a million, one person's form, deeds on many."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience import field_admin, group_actions, group_admin, querysets, services
from campaigns.audience.attribute_forms import INPUT_PREFIX, LINES, input_name
from campaigns.audience.filters import ImportFilter, ListFilter, MailFilter, SegmentFilter, TagFilter
from campaigns.audience.forms import ContactForm, split_tags
from campaigns.audience.known_fields import known_fields
from campaigns.audience.models import Contact
from campaigns.audience.paginators import FirstMatchesPaginator, GroupPaginator, ShortPaginator
from campaigns.audience.search_hints import SearchHint, hint_for
from campaigns.audience.selection import query_of_ids
from campaigns.bulk.models import BulkChange
from campaigns.bulk.screen import latest_of
from campaigns.bulk.services import Order, start_bulk_change
from campaigns.person.views import person_url, person_urls
from campaigns.preferences.views import person_preferences_urls
from campaigns.privacy.views import person_privacy_urls
from campaigns.suppression.services import suppressed_among
from portal.list_words import ListWordsMixin
from portal.mail.address import display_address
from portal.pages import actor_of
from portal.paging import FastListMixin
from portal.row_ids import row_id
from portal.templatetags.postroom import badge, local_time

if TYPE_CHECKING:
    from django import forms
    from django.core.paginator import Paginator
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

__all__ = ["ContactAdmin", "field_admin", "group_admin"]

UNDO_OFFERED = timedelta(minutes=10)  # on the list itself; later on the page of the change
_CUT = "_search_is_cut"
_EDIT = "_edit_just_made"


class ContactChangeList(ChangeList):
    """The list, with one query more for who of the page is suppressed, and a hint where a search found nobody."""

    search_hint: SearchHint | None = None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        groups = () if SEARCH_VAR in request.GET else (ListFilter, TagFilter)
        for group in groups:
            if row_id(self.params.get(group.parameter_name)) is not None:
                return [group.newest_first]
        return list(ImportFilter.newest_first) if ImportFilter.parameter_name in self.params else ["-pk"]

    def url_for_result(self, result: Model) -> str:
        return person_url(int(result.pk))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        if self.query and not self.result_list and not self.has_active_filters:
            self.search_hint = hint_for(self.query)
        reasons = suppressed_among([contact.address_key for contact in self.result_list])
        for contact in self.result_list:
            contact.__dict__["_is_suppressed"] = contact.address_key in reasons


@admin.register(Contact)
class ContactAdmin(ListWordsMixin, FastListMixin):
    """Everybody we may write to."""

    form = ContactForm
    list_lead = gettext_lazy("Everybody we may write to.")
    list_empty = gettext_lazy("Nobody here yet. Bring your people from a CSV file: four steps, nothing is sent.")
    list_icon = "users"
    list_display = ("shown_address", "name", "shown_lists", "shown_tags", "added")
    list_filter = (ListFilter, TagFilter, SegmentFilter, MailFilter, ImportFilter)
    search_fields = ("address_key",)  # what is searched is in get_search_results
    search_help_text = gettext_lazy("Name or address, or their beginning")
    ordering = ("-pk",)
    sortable_by = ()
    actions = group_actions.ACTIONS
    fieldsets = (
        (None, {"fields": ("address", "kept_address", "first_name", "last_name", "time_zone")}),
        (gettext_lazy("Groups"), {"fields": ("chosen_lists", "tag_names")}),
    )
    change_form_template = "campaigns/audience/contact.html"
    change_list_template = "campaigns/audience/contacts.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return Contact.objects.defer("attributes") if self._is_list(request) else super().get_queryset(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ContactChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """A list shows the first matches; an action on all of them (a POST) gets every one."""
        queryset = queryset.prefetch_related("lists", "tags") if self._is_list(request) else queryset
        if not search_term.strip():
            return queryset, False
        if request.method == "POST":
            return querysets.search_contacts(queryset, search_term), False
        found = querysets.first_matches(queryset, search_term)
        setattr(request, _CUT, found.is_cut)
        return found.contacts, False

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Contact], per_page: int, *args: Any, **kwargs: Any
    ) -> Paginator[Any]:
        if request.GET.get(SEARCH_VAR) and getattr(request, _CUT, False):
            return FirstMatchesPaginator(queryset, per_page)
        if MailFilter.parameter_name in request.GET or SegmentFilter.parameter_name in request.GET:
            return ShortPaginator(queryset, per_page)
        narrowed = [name for name in request.GET if name != PAGE_VAR]
        if len(narrowed) == 1 and narrowed[0] in {ListFilter.parameter_name, TagFilter.parameter_name}:
            group_id = row_id(request.GET[narrowed[0]])
            if group_id is not None:
                return GroupPaginator(queryset, per_page, filter_name=narrowed[0], group_id=group_id)
        return super().get_paginator(request, queryset, per_page, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {
            "just_done": latest_of(actor_of(request), within=UNDO_OFFERED),
            "people_filter": group_actions.filter_of(request),
        }
        return super().changelist_view(request, {**words, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # delete_people does it by SQL and writes it down
        return actions

    def get_urls(self) -> list[URLPattern]:
        return [*person_urls(), *person_preferences_urls(), *person_privacy_urls(), *super().get_urls()]

    def response_change(self, request: HttpRequest, obj: Contact) -> Any:
        """Save leads to the person, where the edit can be undone."""
        if "_save" not in request.POST:
            return super().response_change(request, obj)
        edit = obj.__dict__.get(_EDIT)
        return redirect(f"{person_url(obj.pk)}?done={edit.pk}" if edit else person_url(obj.pk))

    def get_readonly_fields(self, request: HttpRequest, obj: Contact | None = None) -> tuple[str, ...]:
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("shown_lists", "shown_tags", "shown_attributes")

    def get_fieldsets(self, request: HttpRequest, obj: Contact | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            inputs = (*map(input_name, known_fields()), LINES)
            return (*self.fieldsets, (gettext_lazy("More about them"), {"fields": inputs}))
        names = ("address", "first_name", "last_name", "time_zone", "shown_lists", "shown_tags", "shown_attributes")
        return ((None, {"fields": names}),)

    def get_form(self, request: HttpRequest, obj: Contact | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form makes the inputs of attributes itself; Django must not look for them in the model."""
        names = kwargs.pop("fields", None) or flatten_fieldsets(self.get_fieldsets(request, obj))
        own = [name for name in names if not name.startswith(INPUT_PREFIX)]
        return super().get_form(request, obj, change=change, fields=own, **kwargs)

    def save_model(self, request: HttpRequest, obj: Contact, form: forms.ModelForm[Contact], change: bool) -> None:
        groups = form.cleaned_data
        obj.__dict__[_EDIT] = services.save_contact(
            obj, lists=groups["chosen_lists"], tag_names=split_tags(groups["tag_names"]), actor=actor_of(request)
        )

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        start_bulk_change(Order(BulkChange.Deed.DELETE, query_of_ids([obj.pk])), actor=actor_of(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the question before deleting lists: the person only, not every row that hangs on them."""
        return [str(obj) for obj in objs], {}, set(), []

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Viewers look at people, but do not carry them away."""
        return request.user.has_perm("campaigns.add_export")

    @admin.display(description=gettext_lazy("address"))
    def shown_address(self, contact: Contact) -> SafeString | str:
        shown = display_address(contact.address)
        if not contact.__dict__.get("_is_suppressed"):
            return shown
        return format_html("{} {}", shown, badge(_("suppressed"), tone="warn"))

    @admin.display(description=gettext_lazy("name"))
    def name(self, contact: Contact) -> str:
        return contact.full_name or "–"

    @admin.display(description=gettext_lazy("lists"))
    def shown_lists(self, contact: Contact) -> str:
        return ", ".join(contact_list.name for contact_list in contact.lists.all()) or "–"

    @admin.display(description=gettext_lazy("tags"))
    def shown_tags(self, contact: Contact) -> SafeString | str:
        marks = [(badge(tag.name),) for tag in contact.tags.all()]
        return format_html("<span>{}</span>", format_html_join(" ", "{}", marks)) if marks else "–"

    @admin.display(description=gettext_lazy("more about them"))
    def shown_attributes(self, contact: Contact) -> SafeString | str:
        return format_html_join("", "{}: {}<br>", sorted(contact.attributes.items())) or "–"

    @admin.display(description=gettext_lazy("added"))
    def added(self, contact: Contact) -> SafeString:
        return local_time(contact.created_at, "DATE_FORMAT")

    def _is_list(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.url_name == "campaigns_contact_changelist"
