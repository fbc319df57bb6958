"""Addresses that recipients open, without a login."""

from __future__ import annotations

from django.urls import path

from campaigns.suppression.views import unsubscribe

urlpatterns = [path("u/<str:token>", unsubscribe, name="unsubscribe")]
