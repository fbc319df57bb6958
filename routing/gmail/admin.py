"""The Gmail accounts' addresses in the admin; their pages are views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from routing.gmail import views
from routing.gmail.models import GmailMailbox

_PAGES = "routing_gmailmailbox_"


@admin.register(GmailMailbox)
class GmailMailboxAdmin(admin.ModelAdmin[GmailMailbox]):
    """No list and no form of Django's own: an account is connected at Google, not typed in."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name=_PAGES + "changelist"),
            path("connect/", views.connect, name=_PAGES + "connect"),
            path("connected/", views.connected, name=_PAGES + "connected"),
            path("of-consent/<int:grant_id>/", views.of_grant, name=_PAGES + "of_grant"),
            path("<int:mailbox_id>/", views.one, name=_PAGES + "one"),
            path("<int:mailbox_id>/connect/", views.connect, name=_PAGES + "reconnect"),
            path("<int:mailbox_id>/deed/", views.deed, name=_PAGES + "deed"),
        ]
