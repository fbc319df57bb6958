"""The list of unsubscribes: from what, by which campaign, why; and what was done with the links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.preferences.figures import SHOWN_DAYS, link_uses
from campaigns.preferences.models import Unsubscription
from campaigns.privacy.erase_person import NOBODY
from campaigns.sending.models import Campaign
from portal.fields import prefix_range
from portal.list_words import ListWordsMixin
from portal.mail.address import display_address
from portal.paging import FastListMixin
from portal.templatetags.postroom import badge, local_time

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class _NamedChangeList(ChangeList):
    """A list that knows the names of its campaigns, by one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        names = dict(
            Campaign.objects.filter(pk__in={row.campaign_id for row in self.result_list}).values_list("pk", "name")
        )
        for row in self.result_list:
            row.__dict__["_campaign"] = names.get(row.campaign_id, "")


@admin.register(Unsubscription)
class UnsubscriptionAdmin(ListWordsMixin, FastListMixin):
    """Only looked at: people write it."""

    list_title = _("Unsubscribes")
    list_lead = _(
        "Who left a list or everything by the link in a mail, and what they said. They can take it back for a day."
    )
    list_empty = _("Nobody has unsubscribed yet.")
    list_icon = "log-out"
    list_display = ("shown_address", "what", "campaign", "shown_why", "when", "standing")
    list_display_links = None
    list_filter = ("scope", "why", "is_one_click")
    search_fields = ("address_key",)
    search_help_text = _("Beginning of the address")
    ordering = ("-pk",)
    sortable_by = ()
    actions = None
    change_list_template = "campaigns/preferences/list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _NamedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Unsubscription], search_term: str
    ) -> tuple[QuerySet[Unsubscription], bool]:
        low, high = prefix_range(search_term.replace("\0", "").strip().lower())
        return (queryset.filter(address_key__gte=low, address_key__lt=high) if low else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {"link_uses": link_uses(), "shown_days": SHOWN_DAYS}
        return super().changelist_view(request, {**words, **(extra_context or {})})

    @admin.display(description=_("address"))
    def shown_address(self, row: Unsubscription) -> str:
        return gettext("(forgotten)") if row.address_key == NOBODY else display_address(row.address_key)

    @admin.display(description=_("left"))
    def what(self, row: Unsubscription) -> str:
        return row.list_names or str(row.get_scope_display())

    @admin.display(description=_("campaign"))
    def campaign(self, row: Unsubscription) -> SafeString | str:
        name = str(row.__dict__.get("_campaign", ""))
        if not name:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:campaigns_campaign_change", args=[row.campaign_id]), name
        )

    @admin.display(description=_("why"))
    def shown_why(self, row: Unsubscription) -> str:
        return ": ".join(part for part in (str(row.get_why_display()) if row.why else "", row.why_text) if part) or "–"

    @admin.display(description=_("when"))
    def when(self, row: Unsubscription) -> SafeString:
        return local_time(row.at)

    @admin.display(description=_("stands"))
    def standing(self, row: Unsubscription) -> SafeString:
        return badge(gettext("taken back"), tone="good") if row.undone_at else badge(gettext("left"), tone="warn")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Unsubscription | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Unsubscription | None = None) -> bool:
        return False
