"""Addresses without a login: one-time links to passwords, and the settings that mail programs ask for."""

from __future__ import annotations

from django.urls import path

from credentials.client_settings.public_views import autoconfig
from credentials.smtp_users.public_views import handover

urlpatterns = [
    path("k/<str:token>", handover, name="smtp_handover"),
    path(".well-known/autoconfig/mail/config-v1.1.xml", autoconfig, name="autoconfig"),
    path("mail/config-v1.1.xml", autoconfig, name="autoconfig_of_host"),
]
