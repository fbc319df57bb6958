"""Django's configuration of the campaigns app."""

from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """All mail that goes out."""

    name = "campaigns"
