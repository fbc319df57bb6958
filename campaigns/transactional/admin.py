"""The list of single messages, and the page of one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.sending.states import DeliveryState, Reason
from campaigns.transactional import screen
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.people import deliveries_by_campaign, messages_to
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.read_only_admin import ReadOnlyMixin
from portal.templatetags.postroom import badge
from portal.time_columns import time_column

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    from campaigns.sending.models import Delivery

LIST_URL = "admin:campaigns_transactionalmessage_changelist"
_SHOWN_PEOPLE = 2


@admin.register(TransactionalMessage)
class TransactionalMessageAdmin(ReadOnlyMixin, ListWordsMixin, FastListMixin):
    """Single messages, newest first; searched by the beginning of an address, or the id that a program has."""

    list_lead = gettext_lazy("Receipts, links to log in, words of contact forms: each to one person, or a few.")
    list_empty = gettext_lazy(
        "No single message yet. Programs send them through the API, people through contact forms."
    )
    list_icon = "mail"
    list_display = ("shown_name", "people", "state", "shown_origin", "shown_created")
    list_display_links = None
    list_filter = ("origin", "campaign__status")
    list_select_related = ("campaign",)
    search_fields = ("public_id",)
    search_help_text = gettext_lazy("The beginning of an address, or the id of a message.")
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    shown_created = time_column("created_at", gettext_lazy("asked for"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransactionalMessage]:
        rows: QuerySet[TransactionalMessage] = super().get_queryset(request)
        return rows.defer("campaign__body", "campaign__text_body", "campaign__given_values")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TransactionalMessage], search_term: str
    ) -> tuple[QuerySet[TransactionalMessage], bool]:
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(public_id=uuid.UUID(term)), False
        except ValueError:
            return queryset.filter(pk__in=messages_to(term).values("pk")), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Bring the deliveries of the page's messages along, for all of them at once."""
        shown = super().get_changelist_instance(request)
        rows = list(shown.result_list)
        people = deliveries_by_campaign(row.campaign_id for row in rows)
        for row in rows:
            row.shown_people = people.get(row.campaign_id, [])
        shown.result_list = cast("QuerySet[Any]", rows)
        return shown

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(LIST_URL)
        return screen.one_message(request, message_id=int(object_id))

    @admin.display(description=gettext_lazy("message"))
    def shown_name(self, message: TransactionalMessage) -> SafeString:
        url = reverse("admin:campaigns_transactionalmessage_change", args=[message.pk])
        return format_html('<a href="{}">{}</a>', url, message.campaign.name or _("without a subject"))

    @admin.display(description=gettext_lazy("to"))
    def people(self, message: TransactionalMessage) -> SafeString | str:
        rows = _people(message)
        shown = format_html_join(", ", "{}", ((row.address,) for row in rows[:_SHOWN_PEOPLE]))
        more = len(rows) - _SHOWN_PEOPLE
        return format_html("{} +{}", shown, more) if more > 0 else shown

    @admin.display(description=gettext_lazy("state"))
    def state(self, message: TransactionalMessage) -> SafeString:
        states = dict.fromkeys((row.state, row.reason) for row in _people(message))
        return format_html_join(" ", "{}", ((_badge(state, reason),) for state, reason in states))

    @admin.display(description=gettext_lazy("came from"))
    def shown_origin(self, message: TransactionalMessage) -> str:
        return (
            f"{message.get_origin_display()}: {message.origin_name}"
            if message.origin_name
            else message.get_origin_display()
        )


def _people(message: TransactionalMessage) -> list[Delivery]:
    return cast("list[Delivery]", getattr(message, "shown_people", []))


def _badge(state: int, reason: int) -> SafeString:
    found = DeliveryState(state)
    shown = badge(found.label, tone=screen.TONES.get(found, ""))
    return format_html("{} {}", shown, Reason(reason).label) if reason else shown
