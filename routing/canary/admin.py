"""The test mails' addresses in the admin; their page is a view."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from routing.canary import views
from routing.canary.models import CanaryRun

_PAGES = "routing_canaryrun_"


@admin.register(CanaryRun)
class CanaryRunAdmin(admin.ModelAdmin[CanaryRun]):
    """No list and no form of Django's own: rows are written by the schedule."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("send/", views.send, name=_PAGES + "send"),
        ]
