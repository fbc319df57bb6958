"""The breakers' addresses in the admin; their pages are views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import URLPattern, path

from campaigns.breakers import views
from campaigns.breakers.models import BreakerLimits

if TYPE_CHECKING:
    from django.http import HttpRequest

_PAGES = "campaigns_breakerlimits_"


@admin.register(BreakerLimits)
class BreakerLimitsAdmin(admin.ModelAdmin[BreakerLimits]):
    """No list and no form of Django's own: one page, and one form for each row."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("limits/", views.limits, name=_PAGES + "limits"),
            path("accounts/<int:account_id>/", views.limits, name=_PAGES + "account"),
            path("accounts/<int:account_id>/start/", views.start_again, name=_PAGES + "start_again"),
            path("campaigns/<int:campaign_id>/go-on/", views.go_on, name=_PAGES + "go_on"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # limits are changed on their own page
