"""The events in words, for people who choose them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from campaigns.webhooks.events import CHOOSABLE, EventType

_WORDS = {
    EventType.ACCEPTED: _("taken by SES"),
    EventType.DELIVERED: _("delivered"),
    EventType.BOUNCED: _("bounced"),
    EventType.COMPLAINED: _("marked as spam"),
    EventType.DELAYED: _("delayed"),
    EventType.REFUSED: _("refused by SES"),
    EventType.OPENED: _("opened"),
    EventType.CLICKED: _("clicked"),
    EventType.SUPPRESSED: _("address put on the suppression list"),
    EventType.UNSUBSCRIBED: _("somebody unsubscribed"),
    EventType.FINISHED: _("campaign finished"),
}
CHOICES = [(one.value, _WORDS[one]) for one in CHOOSABLE]
