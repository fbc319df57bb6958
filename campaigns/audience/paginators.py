"""How the list of contacts counts itself: each kind of list in the way that its indexes serve."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaigns.audience.models import ContactTag, ListMembership
from portal.paging import BoundedPaginator

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

_PAIRS: dict[str, tuple[QuerySet[Any], str]] = {
    "list": (ListMembership.objects.order_by(), "contact_list_id"),
    "tag": (ContactTag.objects.order_by(), "tag_id"),
}


class FirstMatchesPaginator(BoundedPaginator):
    """Pages of a search that ended early."""

    @property
    def is_cut(self) -> bool:
        return True

    @property
    def count_label(self) -> str:
        return _("the first %d") % self.count


class ShortPaginator(BoundedPaginator):
    """Counts a filter that no index of contacts serves: whether somebody is suppressed."""

    count_limit = 1_000


class GroupPaginator(BoundedPaginator):
    """Counts one whole group by its pairs alone: each stands for one contact, and their index holds all there is to it."""

    def __init__(self, contacts: QuerySet[Contact], per_page: int, *, filter_name: str, group_id: int) -> None:
        super().__init__(contacts, per_page)
        rows, column = _PAIRS[filter_name]
        self._pairs = rows.filter(**{column: group_id}).values(column)

    @cached_property
    def _bounded_count(self) -> int:
        return self._pairs[: self._limit + 1].count()
