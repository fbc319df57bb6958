"""The domains' addresses in the admin; their pages are views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from routing.domains import views
from routing.domains.models import InboundDomain

_PAGES = "routing_inbounddomain_"


@admin.register(InboundDomain)
class InboundDomainAdmin(admin.ModelAdmin[InboundDomain]):
    """No list and no form of Django's own: one page with a small form for each row."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("add/", views.add, name=_PAGES + "add"),
            path("<int:domain_id>/", views.change, name=_PAGES + "deed"),
            path("<int:domain_id>/delete/", views.delete, name=_PAGES + "delete"),
        ]
