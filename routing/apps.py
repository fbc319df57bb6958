"""Django's configuration of the routing app."""

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Mail that comes in: rules, the router, and what is done with each mail."""

    name = "routing"
