"""Who writes where right now: a row for each person, renewed by the open page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.utils import timezone

from campaigns.editing.models import Presence

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.editing.places import Place

RENEWED_EVERY = timedelta(seconds=15)
GONE_AFTER = timedelta(seconds=50)


class EditorDict(TypedDict):
    """One other person as JSON; `since` in UTC."""

    name: str
    since: str


@dataclass(frozen=True, slots=True)
class Editor:
    """One person who has the thing open."""

    name: str
    since: datetime

    def as_dict(self) -> EditorDict:
        return {"name": self.name, "since": self.since.isoformat()}


def announce(place: Place, user: User) -> None:
    """Say that this person has it open; whoever comes back after a while begins anew."""
    now = timezone.now()
    row, is_new = Presence.objects.get_or_create(user=user, thing=place.thing, thing_id=place.thing_id)
    if is_new:
        return
    if row.seen_at < now - GONE_AFTER:
        row.since = now
    row.save(update_fields=["since", "seen_at"])


def leave(place: Place, user: User) -> None:
    """Say that this person has closed it."""
    Presence.objects.filter(user=user, thing=place.thing, thing_id=place.thing_id).delete()


def others_at(place: Place, user: User) -> list[Editor]:
    """Everybody else who has it open now, the first one first; nobody at a thing that was never saved."""
    if not place.thing_id:
        return []
    here = Presence.objects.filter(
        thing=place.thing, thing_id=place.thing_id, seen_at__gt=timezone.now() - GONE_AFTER
    ).exclude(user=user)
    return [Editor(_name(presence), presence.since) for presence in here.select_related("user").order_by("since", "pk")]


def delete_old_presences() -> int:
    """Delete the rows of people who are gone; returns how many."""
    return Presence.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


def _name(presence: Presence) -> str:
    return presence.user.get_full_name() or presence.user.get_username()
