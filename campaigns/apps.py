"""Django's configuration of the campaigns app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from campaigns.sending.event_reader import SesEvent


class CampaignsConfig(AppConfig):
    """All mail that goes out."""

    name = "campaigns"

    def ready(self) -> None:
        """Tell the breakers and the canary what events say; they import sending, so sending cannot import them."""
        from campaigns.breakers.services import check_campaigns  # noqa: PLC0415  # models are loaded only now
        from campaigns.failures.sources import register_sources  # noqa: PLC0415
        from campaigns.forms.failures import register_form_source  # noqa: PLC0415
        from campaigns.sending.domain_figures import register_domain_figures  # noqa: PLC0415
        from campaigns.sending.events import AFTER_BAD_NEWS, AFTER_CANARY_EVENTS, OTHERS_MAIL  # noqa: PLC0415

        AFTER_BAD_NEWS.append(check_campaigns)
        AFTER_CANARY_EVENTS.append(_note_canaries)
        OTHERS_MAIL.append(_note_others_mail)
        register_sources()
        register_form_source()
        register_domain_figures()


def _note_canaries(events: list[SesEvent]) -> None:
    from campaigns.uncertain.canary import note_seen  # noqa: PLC0415

    seen = {event.canary_id for event in events if event.event_type == "send"}
    if seen:
        note_seen(seen)


def _note_others_mail(bodies: list[str]) -> int:
    from campaigns.feedback.others import note_others_mail  # noqa: PLC0415

    return note_others_mail(bodies)
