"""The log of mail that came in; the page of one message is a view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy

from portal.list_words import ListWordsMixin
from portal.mail.address import display_address
from portal.paging import FastListMixin
from portal.read_only_admin import ReadOnlyMixin
from portal.templatetags.postroom import badge
from portal.time_columns import time_column
from portal.wording import format_count
from routing.inbound import many, shown, views
from routing.inbound.filters import ActionFilter, RuleFilter, StateFilter
from routing.inbound.matching import sought_prefix
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

_PAGES = "routing_inboundmessage_"
_COUNT_LIMIT = 10_000
_SHOWN = 3
_SUBJECT_CHARS = 80
_DEED_WORDS = {
    "again": gettext_lazy("Try all again"),
    "release": gettext_lazy("Release all"),
    "give_up": gettext_lazy("Give all up"),
}


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyMixin, ListWordsMixin, FastListMixin):
    """Mail that came in, newest first; searched by the beginning of the sender's or a recipient's address."""

    list_title = gettext_lazy("Mail that came in")
    list_lead = gettext_lazy("Every mail that SES received for you: which rule took it, and what became of it.")
    list_empty = gettext_lazy("No mail has come in yet.")
    list_icon = "inbox"
    list_display = ("shown_subject", "shown_sender", "shown_recipients", "shown_state", "shown_size", "shown_received")
    list_display_links = None
    list_filter = (StateFilter, ActionFilter, RuleFilter)
    search_fields = ("sender_key",)
    search_help_text = gettext_lazy("The beginning of the sender's or a recipient's address.")
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    shown_received = time_column("received_at", gettext_lazy("received"))

    def get_urls(self) -> list[URLPattern]:
        return [
            path("deed/", views.many_deed, name=_PAGES + "many_deed"),
            path("<int:message_id>/raw/", views.raw, name=_PAGES + "raw"),
            path("<int:message_id>/deed/", views.deed, name=_PAGES + "deed"),
            path("<int:message_id>/elsewhere/", views.elsewhere, name=_PAGES + "elsewhere"),
            path("<int:message_id>/text/", views.frame, {"kind": "text"}, name=_PAGES + "text"),
            path("<int:message_id>/html/", views.frame, {"kind": "html"}, name=_PAGES + "html"),
            path("<int:message_id>/", views.one, name=_PAGES + "change"),
            path("", self.admin_site.admin_view(self.changelist_view), name=_PAGES + "changelist"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMessage]:
        rows: QuerySet[InboundMessage] = super().get_queryset(request)
        return rows.filter(is_canary=False).defer("headers", "decisions").prefetch_related("deliveries")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboundMessage], search_term: str
    ) -> tuple[QuerySet[InboundMessage], bool]:
        found = sought_prefix(search_term)
        if found is None:
            return queryset, False
        low, high = found
        to = InboundDelivery.objects.filter(recipient__gte=low, recipient__lt=high).values("message_id")
        return queryset.filter(Q(sender_key__gte=low, sender_key__lt=high) | Q(pk__in=to)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        sought = {name: request.GET.get(name, "") for name in ("delivery", "action_kind", "rule", "q")}
        return super().changelist_view(request, {"many": _many(request, sought), **(extra_context or {})})

    @admin.display(description=gettext_lazy("subject"))
    def shown_subject(self, message: InboundMessage) -> SafeString:
        url = reverse("admin:routing_inboundmessage_change", args=[message.pk])
        shortened = Truncator(message.subject).chars(_SUBJECT_CHARS)
        return format_html('<a href="{}">{}</a>', url, shortened or _("without a subject"))

    @admin.display(description=gettext_lazy("from"))
    def shown_sender(self, message: InboundMessage) -> str:
        return display_address(message.sender_key) if message.sender_key else _("nobody (a bounce)")

    @admin.display(description=gettext_lazy("to"))
    def shown_recipients(self, message: InboundMessage) -> str:
        names = [display_address(str(each)) for each in message.recipients]
        more = len(names) - _SHOWN
        return ", ".join(names[:_SHOWN]) + (f" +{more}" if more > 0 else "")

    @admin.display(description=gettext_lazy("what became of it"))
    def shown_state(self, message: InboundMessage) -> SafeString:
        if message.status == InboundMessage.Status.RECEIVED:
            return badge(_("not routed yet"), tone="warn")
        states = [DeliveryState(delivery.state) for delivery in message.deliveries.all()]
        shown_states = dict.fromkeys(states)
        return format_html_join(
            " ", "{}", ((badge(str(state.label), tone=shown.TONES.get(state, "")),) for state in shown_states)
        )

    @admin.display(description=gettext_lazy("size"))
    def shown_size(self, message: InboundMessage) -> str:
        return filesizeformat(message.size_bytes) if message.size_bytes is not None else "–"


def _many(request: HttpRequest, sought: dict[str, str]) -> dict[str, Any]:
    """What can be done to all deliveries of the chosen state; {} where nothing can."""
    deeds = many.deeds_for(sought["delivery"]) if request.user.has_perm(views.READ) else []
    if not deeds:
        return {}
    count = many.matching(sought)[: _COUNT_LIMIT + 1].count()
    shown_count = format_count(count) if count <= _COUNT_LIMIT else _("more than %s") % format_count(_COUNT_LIMIT)
    buttons = [(name, _DEED_WORDS[name]) for name in deeds]
    return {"count": shown_count, "sought": sought, "deeds": buttons, "is_any": count > 0}
