"""Django's configuration of the credentials app."""

from __future__ import annotations

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Keys that people send with; still empty."""

    name = "credentials"
