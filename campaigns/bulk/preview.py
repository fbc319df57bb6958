"""What a deed would do, before anybody is touched: how many, how many are so already, a few of them by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campaigns.audience.models import Contact
from campaigns.audience.selection import select_people

if TYPE_CHECKING:
    from campaigns.bulk.deeds import Deed

COUNTED = 100_000
LOOKED_AT = 10_000  # so many are asked one by one whether they are so already
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """`same_count` is of the first `looked_at` people; None where no deed is chosen yet."""

    people_count: int
    is_cut: bool  # there are more than `people_count`
    sample: list[Contact]
    label: str
    looked_at: int = 0
    same_count: int | None = None
    same_ids: set[int] = field(default_factory=set)  # of the sample

    @property
    def change_count(self) -> int | None:
        """How many will change, of those looked at."""
        return None if self.same_count is None else self.looked_at - self.same_count

    @property
    def is_whole(self) -> bool:
        """Whether everybody was looked at."""
        return self.looked_at == self.people_count and not self.is_cut


def preview_people(query: str, deed: Deed | None = None) -> Preview:
    """Look at the people of a filter, bounded however many they are. Raises InvalidInput."""
    selection = select_people(query)
    people = selection.contacts.order_by()
    count = people.values("pk")[: COUNTED + 1].count()
    sample = list(selection.behind(0)[:SAMPLE])
    looked = Preview(min(count, COUNTED), count > COUNTED, sample, selection.label)
    if deed is None:
        return looked
    first = Contact.objects.filter(pk__in=people.values("pk")[:LOOKED_AT])
    same = deed.unaffected(Contact.objects.filter(pk__in=[person.pk for person in sample]))
    return Preview(
        looked.people_count,
        looked.is_cut,
        sample,
        selection.label,
        looked_at=min(count, LOOKED_AT),
        same_count=deed.unaffected(first).count(),
        same_ids=set(same.values_list("pk", flat=True)),
    )
