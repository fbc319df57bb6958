"""The addresses of approvals in the admin; their pages are views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import URLPattern, path

from campaigns.approval import views
from campaigns.approval.models import Approval

if TYPE_CHECKING:
    from django.http import HttpRequest

_PAGES = "campaigns_approval_"


@admin.register(Approval)
class ApprovalAdmin(admin.ModelAdmin[Approval]):
    """No list and no form of Django's own: a page of what waits, and deeds."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.approvals, name=_PAGES + "changelist"),
            path("rule/", views.edit_rule, name=_PAGES + "rule"),
            path("ask/<int:campaign_id>/", views.ask, name=_PAGES + "ask"),
            path("<int:approval_id>/answer/", views.answer, name=_PAGES + "answer"),
            path("<int:approval_id>/withdraw/", views.withdraw, name=_PAGES + "withdraw"),
            path("<int:approval_id>/schedule/", views.schedule_as_approved, name=_PAGES + "schedule"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # asked for on the review of a campaign
