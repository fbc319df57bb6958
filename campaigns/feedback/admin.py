"""The addresses of feedback in the admin; its pages are views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import URLPattern, path

from campaigns.feedback import views
from campaigns.feedback.models import FeedbackCount

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(FeedbackCount)
class FeedbackCountAdmin(admin.ModelAdmin[FeedbackCount]):
    """No list and no form of Django's own: one page, and one for each raw event."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        return [
            path("", views.overview, name="campaigns_feedbackcount_changelist"),
            path("events/<int:event_id>/", views.raw_event, name="campaigns_feedbackcount_raw"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # written by the intake alone
