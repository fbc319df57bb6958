"""Django's configuration of the routing app."""

from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Mail that comes in: rules, the router, and what is done with each mail."""

    name = "routing"

    def ready(self) -> None:
        """Hear of consents that were lost or work again; credentials cannot import routing."""
        from credentials.grants.health import AFTER_LOST, AFTER_RESTORED  # noqa: PLC0415  # models are loaded only now
        from routing.gmail.drain import note_lost, note_restored  # noqa: PLC0415

        AFTER_LOST.append(note_lost)
        AFTER_RESTORED.append(note_restored)
