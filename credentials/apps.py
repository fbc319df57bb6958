"""Django's configuration of the credentials app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Keys that people send with, and the sealing of every stored secret."""

    name = "credentials"

    def ready(self) -> None:
        import_module("credentials.encryption.checks")
