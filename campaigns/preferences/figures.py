"""How many people unsubscribed, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone

from campaigns.preferences.models import LinkUse, Unsubscription
from campaigns.preferences.uses import REFUSED, uses_since

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SHOWN_DAYS = 30
Use = LinkUse.Use


@dataclass(frozen=True, slots=True)
class UseLine:
    """One thing done with links, and how often in the last days."""

    label: str
    count: int
    is_refused: bool


def unsubscribed_count(campaign_id: int) -> int:
    """People who unsubscribed by this campaign's mails and did not take it back; each once."""
    standing = Unsubscription.objects.filter(campaign_id=campaign_id, undone_at=None)
    return standing.values("delivery_id").distinct().count()


def reasons_of(campaign_id: int) -> list[tuple[str, int]]:
    """(why, how many) of those who said it, the most frequent first."""
    said = Unsubscription.objects.filter(campaign_id=campaign_id, undone_at=None).exclude(why="")
    rows = said.order_by().values_list("why").annotate(people=Count("delivery_id", distinct=True))
    return sorted(((_words_of(why), people) for why, people in rows), key=lambda row: -row[1])


def link_uses() -> list[UseLine]:
    """What was done with unsubscribe links in the last days, in the order of the table of uses."""
    counted = uses_since(timezone.now().date() - timedelta(days=SHOWN_DAYS))
    return [UseLine(str(use.label), counted[use], use in REFUSED) for use in Use if counted.get(use)]


def _words_of(why: str) -> str:
    label: _StrPromise | str = Unsubscription.Why(why).label
    return str(label)
