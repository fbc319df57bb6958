"""Finding contacts so that an index does the work, at a thousand rows as at a million."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Q

from campaigns.audience.models import ContactTag, ListMembership
from campaigns.suppression.models import Suppression
from portal.fields import prefix_range

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

MAX_WORDS = 6
SEARCH_LIMIT = 200
SMALL_GROUP = 5_000


# The columns of the index that each key leads; any other order would be sorted first.
_INDEXED = {
    "address_key": ("address_key",),
    "first_name_key": ("first_name_key", "last_name_key"),
    "last_name_key": ("last_name_key", "first_name_key"),
}


@dataclass(frozen=True, slots=True)
class FirstMatches:
    """What a search found first; `is_cut` when there is more."""

    contacts: QuerySet[Contact]
    is_cut: bool


class _Way(NamedTuple):
    """One reading of a search: the key it ranges over, and after which word the name is cut."""

    field: str
    cut: int


def search_contacts(contacts: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Narrow to people whose address, first name or last name begins like `text`; all of them, however many.

    Several words are a name in either order ("anna berg", "van dyk jane"); each way is one range of one index.
    """
    ways = _ways(text)
    return contacts.filter(reduce(or_, ways.values())) if ways else contacts


def first_matches(contacts: QuerySet[Contact], text: str) -> FirstMatches:
    """The people found first, at most SEARCH_LIMIT for each way of reading `text`; a list shows no more.

    Each way walks one index and stops; an OR over all of them makes SQLite sort every match of "a" among a million.
    """
    found: set[int] = set()
    is_cut = False
    ways = _ways(text)
    if not ways:
        return FirstMatches(contacts, is_cut=False)
    for key, way in ways.items():
        rows = contacts.order_by(*_INDEXED[key.field]).filter(way).values_list("pk", flat=True)
        ids = list(rows[: SEARCH_LIMIT + 1])
        is_cut = is_cut or len(ids) > SEARCH_LIMIT
        found.update(ids[:SEARCH_LIMIT])
    return FirstMatches(contacts.filter(pk__in=found), is_cut)


def on_list(contacts: QuerySet[Contact], list_id: int) -> QuerySet[Contact]:
    """People on a list."""
    return contacts.filter(memberships__contact_list_id=list_id)


def with_tag(contacts: QuerySet[Contact], tag_id: int) -> QuerySet[Contact]:
    """People with a tag."""
    return contacts.filter(contact_tags__tag_id=tag_id)


def searched_on_list(contacts: QuerySet[Contact], list_id: int) -> QuerySet[Contact]:
    """People on a list, for a search to narrow further."""
    return _searched(contacts, on_list(contacts, list_id), ListMembership.objects.filter(contact_list_id=list_id))


def searched_with_tag(contacts: QuerySet[Contact], tag_id: int) -> QuerySet[Contact]:
    """People with a tag, for a search to narrow further."""
    return _searched(contacts, with_tag(contacts, tag_id), ContactTag.objects.filter(tag_id=tag_id))


def brought_by(contacts: QuerySet[Contact], import_id: int) -> QuerySet[Contact]:
    """People whom an import brought in; not those whom it found here and changed.

    A range, because PostgreSQL takes an equal column out of the order and then walks all contacts from the newest, in
    the belief that an import's people are spread evenly among them.
    """
    return contacts.filter(created_import_id__gte=import_id, created_import_id__lte=import_id)


def suppressed(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those who get no mail: few suppressions are looked up among the contacts, many the other way round."""
    keys = Suppression.objects.order_by().values("address_key")
    if keys[: SMALL_GROUP + 1].count() <= SMALL_GROUP:
        return contacts.filter(address_key__in=keys)
    return contacts.filter(_has_suppression())


def unsuppressed(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those who may get mail."""
    return contacts.filter(~_has_suppression())


def _has_suppression() -> Exists:
    return Exists(Suppression.objects.filter(address_key=OuterRef("address_key")))


def _searched(
    contacts: QuerySet[Contact], joined: QuerySet[Contact], pairs: QuerySet[ListMembership] | QuerySet[ContactTag]
) -> QuerySet[Contact]:
    """Of a small group everybody is looked at; of a large one only those whom the search finds.

    SQLite has no statistics and would walk a group of a million for each search.
    """
    is_small = pairs.order_by()[: SMALL_GROUP + 1].count() <= SMALL_GROUP
    return joined if is_small else contacts.filter(Exists(pairs.filter(contact=OuterRef("pk"))))


def _ways(text: str) -> dict[_Way, Q]:
    """How `text` can be read, each with the condition that its index serves."""
    words = text.replace("\0", "").casefold().split()[:MAX_WORDS]
    if not words:
        return {}
    whole = " ".join(words)
    ways = {}
    if len(words) == 1:
        ways[_Way("address_key", 0)] = _begins("address_key", whole)
    if "@" in whole:
        return ways
    ways[_Way("last_name_key", 0)] = _begins("last_name_key", whole)
    ways[_Way("first_name_key", 0)] = _begins("first_name_key", whole)
    for cut in range(1, len(words)):
        front, back = " ".join(words[:cut]), " ".join(words[cut:])
        ways[_Way("last_name_key", cut)] = Q(first_name_key=front) & _begins("last_name_key", back)
        ways[_Way("first_name_key", cut)] = Q(last_name_key=front) & _begins("first_name_key", back)
    return ways


def _begins(field: str, prefix: str) -> Q:
    low, high = prefix_range(prefix)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})
