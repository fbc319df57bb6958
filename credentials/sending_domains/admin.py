"""The addresses of sending domains in the admin; their pages are views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from credentials.sending_domains import route_views, views
from credentials.sending_domains.models import SendingDomain

_PAGES = "credentials_sendingdomain_"


@admin.register(SendingDomain)
class SendingDomainAdmin(admin.ModelAdmin[SendingDomain]):
    """No list and no form of Django's own."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("add/", views.add, name=_PAGES + "add"),
            path("take-over/", views.take_over, name=_PAGES + "take_over"),
            path("<int:domain_id>/", views.one, name=_PAGES + "one"),
            path("<int:domain_id>/live.json", views.live, name=_PAGES + "live"),
            path("<int:domain_id>/zone/", views.zone, name=_PAGES + "zone"),
            path("<int:domain_id>/wishes/", views.wishes, name=_PAGES + "wishes"),
            path("<int:domain_id>/check/", views.check, name=_PAGES + "check"),
            path("<int:domain_id>/again/", views.again, name=_PAGES + "again"),
            path("<int:domain_id>/delete/", views.delete, name=_PAGES + "delete"),
            path("<int:domain_id>/route53/", route_views.changes, name=_PAGES + "route"),
        ]
