"""API keys in the admin; they are made here, because only campaigns know who the guests of a test key are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.api import key_screens, reference
from credentials.api_keys.models import ApiKey
from portal.list_words import ListWordsMixin
from portal.templatetags.postroom import badge
from portal.time_columns import time_column

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString


@admin.register(ApiKey)
class ApiKeyAdmin(ListWordsMixin, admin.ModelAdmin[ApiKey]):
    """Keys with what they may do and when they were last used."""

    list_lead = gettext_lazy("Programs send with a key. It is shown once, when it is made; revoke one that got out.")
    list_empty = gettext_lazy("No key yet. A program needs one to send through the API.")
    list_icon = "key-round"
    list_display = (
        "shown_name",
        "shown_prefix_of",
        "state",
        "shown_scopes",
        "shown_used",
        "shown_expires",
        "created_by",
    )
    list_display_links = None
    list_filter = ("kind",)
    list_select_related = ("created_by",)
    sortable_by = ()
    actions = None
    change_list_template = "campaigns/api/keys.html"
    shown_used = time_column("last_used_at", gettext_lazy("last used"))
    shown_expires = time_column("expires_at", gettext_lazy("valid until"))

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # a revoked key stays, so that what was done with it keeps its name

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return key_screens.new_key(request)

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not object_id.isdecimal():
            return redirect(key_screens.LIST_URL)
        return key_screens.edit_key(request, key_id=int(object_id))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:key_id>/revoke/", key_screens.revoke, name="credentials_apikey_revoke"),
            path("reference/", reference.reference_page, name="api_reference"),
            path("reference/openapi.json", reference.openapi_document, name="api_openapi"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, key: ApiKey) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:credentials_apikey_change", args=[key.pk]), key.name)

    @admin.display(description=gettext_lazy("begins with"))
    def shown_prefix_of(self, key: ApiKey) -> SafeString:
        return format_html("<code>{}…</code>", key.shown_prefix)

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> SafeString:
        if key.revoked_at is not None:
            return badge(_("revoked"), tone="bad")
        if key.is_expired:
            return badge(_("expired"), tone="warn")
        return badge(_("for tests"), tone="accent") if key.is_test else badge(_("in use"), tone="good")

    @admin.display(description=gettext_lazy("may"))
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)
