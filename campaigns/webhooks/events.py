"""The events that other systems may be told of: their names, and one event as it is posted; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventType(StrEnum):
    """Names that do not change between releases."""

    ACCEPTED = "message.accepted"  # the provider took it
    DELIVERED = "message.delivered"
    BOUNCED = "message.bounced"
    COMPLAINED = "message.complained"
    DELAYED = "message.delayed"
    REFUSED = "message.refused"
    OPENED = "message.opened"
    CLICKED = "message.clicked"
    SUPPRESSED = "suppression.added"
    UNSUBSCRIBED = "contact.unsubscribed"
    FINISHED = "campaign.finished"
    PING = "ping"  # a test by a person


CHOOSABLE = tuple(one for one in EventType if one is not EventType.PING)
# What SES calls it.
OF_SES: Mapping[str, EventType] = {
    "delivery": EventType.DELIVERED,
    "bounce": EventType.BOUNCED,
    "complaint": EventType.COMPLAINED,
    "delivery_delay": EventType.DELAYED,
    "reject": EventType.REFUSED,
    "rendering_failure": EventType.REFUSED,
    "open": EventType.OPENED,
    "click": EventType.CLICKED,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `event_id` is the same whenever the event is posted again; `at` is ISO 8601 in UTC."""

    event_id: str
    event_type: EventType
    at: str
    facts: Mapping[str, object]

    def as_json(self) -> dict[str, object]:
        """As it stands in a body."""
        return {"id": self.event_id, "type": self.event_type.value, "timestamp": self.at, "data": dict(self.facts)}
