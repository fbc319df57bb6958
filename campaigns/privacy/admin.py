"""The list of people who were forgotten: when, by whom, why; not who."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns.privacy.models import Erasure
from campaigns.privacy.views import erasure_urls
from portal.list_words import ListWordsMixin
from portal.paging import FastListMixin
from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@admin.register(Erasure)
class ErasureAdmin(ListWordsMixin, FastListMixin):
    """Only looked at; people are forgotten from their own page."""

    list_title = _("Forgotten people")
    list_lead = _(
        "Who asked to be forgotten is deleted everywhere; only the deed stands here, without name and address."
    )
    list_empty = _("Nobody was forgotten yet. It is done on a person's page.")
    list_icon = "shield-user"
    list_display = ("number", "status", "reason", "created_by", "asked")
    list_display_links = None
    list_select_related = ("created_by",)
    actions = None

    @admin.display(description=_("number"))
    def number(self, erasure: Erasure) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:campaigns_erasure_show", args=[erasure.pk]), erasure)

    @admin.display(description=_("asked for"))
    def asked(self, erasure: Erasure) -> SafeString:
        return local_time(erasure.created_at)

    def get_urls(self) -> list[URLPattern]:
        return [*erasure_urls(), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return redirect("admin:campaigns_erasure_show", object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Erasure | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Erasure | None = None) -> bool:
        return False
