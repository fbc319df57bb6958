"""Where somebody writes: which thing, what changed it last, and who may write there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.urls import reverse

from campaigns.editing.models import Thing
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
    from django.db.models import Model

    Visitor = User | AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that is written; `thing_id` 0 is one that was never saved."""

    thing: Thing
    thing_id: int = 0

    @property
    def url(self) -> str:
        """The page where it is written."""
        if self.thing_id:
            return reverse(f"admin:campaigns_{self.thing.value}_change", args=[self.thing_id])
        return reverse(f"admin:campaigns_{self.thing.value}_add")


def place_of(thing: Thing, row: Model) -> Place:
    """The place of a row, saved or not."""
    return Place(thing, row.pk or 0)


def posted_place(posted: Mapping[str, str]) -> Place | None:
    """The place that a page of ours names; None when it names none."""
    thing, thing_id = posted.get("thing", ""), row_id(posted.get("thing_id"))
    return Place(Thing(thing), thing_id) if thing in Thing.values and thing_id is not None else None


def may_write(person: Visitor, place: Place) -> bool:
    """Whether this person may save what they write there."""
    deed = "change" if place.thing_id else "add"
    return person.has_perm(f"campaigns.{deed}_{place.thing.value}")  # type: ignore[union-attr]


def may_write_anything(person: Visitor) -> bool:
    """Whether there is any place where this person may write."""
    deeds = (f"campaigns.{deed}_{thing}" for thing in Thing.values for deed in ("add", "change"))
    return any(person.has_perm(deed) for deed in deeds)  # type: ignore[union-attr]


def stamp_of(row: Model) -> str:
    """What is different after each save of a template or a campaign; empty for one that was never saved."""
    changed_at: datetime | None = getattr(row, "updated_at", None)
    return changed_at.isoformat() if row.pk and changed_at else ""


def stored_stamp(place: Place) -> str:
    """The stamp of the row as it is stored now; empty when there is none."""
    row = apps.get_model("campaigns", place.thing.value).objects.filter(pk=place.thing_id).only("updated_at").first()
    return stamp_of(row) if row else ""
