"""The sandbox as a Django app, installed only where `SANDBOX` is on: its commands."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Gives `manage.py` the commands that run the stack and make demo data."""

    name = "sandbox"
