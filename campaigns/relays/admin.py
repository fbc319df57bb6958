"""Sending accounts in the admin: those of SES with Django's own form, relays with pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.relays import views
from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from portal.list_words import ListWordsMixin
from portal.recorded_admin import RecordedMixin
from portal.templatetags.postroom import badge
from portal.time_columns import time_column
from portal.wording import format_count, format_rate

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_PAGES = "campaigns_sendingaccount_"


@admin.register(SendingAccount)
class SendingAccountAdmin(ListWordsMixin, RecordedMixin):
    """The accounts that mail leaves through. Limits of SES are SES's own and are only shown."""

    activity_subject = "account"
    list_lead = gettext_lazy("What mail leaves through: Amazon SES, and SMTP relays such as Gmail or your own server.")
    list_empty = gettext_lazy("No sending account yet. A worker makes that of SES when it first asks SES.")
    list_icon = "server"
    list_display = ("name", "shown_where", "shown_rate", "shown_quota", "shown_sent", "shown_state")
    list_select_related = ("relay",)
    ordering = ("pk",)
    actions = None
    fields = (
        "name",
        "region",
        "configuration_set",
        "tracking_configuration_set",
        "max_rate_per_s",
        "quota_24h",
        "sent_24h",
        "problem",
        "shown_refreshed",
    )
    readonly_fields = ("max_rate_per_s", "quota_24h", "sent_24h", "problem", "shown_refreshed")
    shown_refreshed = time_column("refreshed_at", gettext_lazy("asked at"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "region" in form.base_fields:
            form.base_fields["region"].required = True  # of SES; relays have none
        return form

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:account_id>/switch/", views.switch, name=_PAGES + "switch"),
            path("<int:account_id>/remove/", views.remove, name=_PAGES + "remove"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponseBase:  # type: ignore[override]
        if request.GET.get("kind") == AccountKind.SES:
            return super().add_view(request, form_url, extra_context)
        return views.add_relay(request)

    def change_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        is_relay = object_id.isdecimal() and SendingAccount.objects.filter(pk=object_id, kind=AccountKind.SMTP).exists()
        if not is_relay:
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_change_permission(request) and request.method == "GET":
            return views.show_relay(request, account_id=int(object_id))
        return views.change_relay(request, account_id=int(object_id))

    def has_delete_permission(self, request: HttpRequest, obj: SendingAccount | None = None) -> bool:
        return False  # campaigns refer to it; a relay that none ever used is deleted on its own page

    @admin.display(description=gettext_lazy("where"))
    def shown_where(self, account: SendingAccount) -> str:
        if account.is_ses:
            return f"Amazon SES, {account.region}"
        return str(account.relay) if hasattr(account, "relay") else "–"

    @admin.display(description=gettext_lazy("per second"))
    def shown_rate(self, account: SendingAccount) -> str:
        return format_rate(account.max_rate_per_s)

    @admin.display(description=gettext_lazy("24-hour limit"))
    def shown_quota(self, account: SendingAccount) -> str:
        return _("no limit") if account.quota_24h < 0 else format_count(account.quota_24h)

    @admin.display(description=gettext_lazy("sent in 24 hours"))
    def shown_sent(self, account: SendingAccount) -> str:
        return format_count(account.sent_24h + account.reserved_since_refresh)

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, account: SendingAccount) -> SafeString:
        if not account.is_active:
            return badge(_("switched off"))
        if account.is_sending_enabled and not account.problem:
            return badge(_("in use"), tone="good")
        return badge(_("cannot send at the moment"), tone="bad")
