"""The list of webhooks; each has a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.webhooks import screens
from campaigns.webhooks.models import WebhookEndpoint
from portal.list_words import ListWordsMixin
from portal.templatetags.postroom import badge, local_time

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ListWordsMixin, admin.ModelAdmin[WebhookEndpoint]):
    """Other systems that are told what happens."""

    list_title = gettext_lazy("Webhooks")
    list_lead = gettext_lazy("Other systems that are told what happens, signed, within a minute.")
    list_empty = gettext_lazy("No webhook yet.")
    list_icon = "external-link"
    list_display = ("shown_name", "url", "state", "event_count", "taken")
    list_display_links = None
    sortable_by = ()
    actions = None

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return screens.new_endpoint(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.edit_endpoint(request, endpoint_id=int(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.method != "POST" or not object_id.isdecimal():
            return redirect(screens.LIST_URL)
        return screens.remove(request, endpoint_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:endpoint_id>/secret/", screens.new_secret, name="campaigns_webhookendpoint_secret"),
            path("<int:endpoint_id>/ping/", screens.ping, name="campaigns_webhookendpoint_ping"),
            path("<int:endpoint_id>/go-on/", screens.go_on, name="campaigns_webhookendpoint_go_on"),
            path("posts/<int:post_id>/", screens.one_post, name="campaigns_webhookendpoint_post"),
            path("posts/<int:post_id>/again/", screens.again, name="campaigns_webhookendpoint_again"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, endpoint: WebhookEndpoint) -> SafeString:
        url = reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])
        return format_html('<a href="{}">{}</a>', url, endpoint.name)

    @admin.display(description=gettext_lazy("state"))
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        if not endpoint.is_active:
            return badge(_("switched off"))
        return badge(_("paused"), tone="bad") if endpoint.paused_at else badge(_("on"), tone="good")

    @admin.display(description=gettext_lazy("events"))
    def event_count(self, endpoint: WebhookEndpoint) -> int:
        return len(endpoint.event_types)

    @admin.display(description=gettext_lazy("last taken"))
    def taken(self, endpoint: WebhookEndpoint) -> SafeString | str:
        return local_time(endpoint.taken_at) if endpoint.taken_at else "–"
