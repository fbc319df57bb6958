"""Contacts as rows that the import reads back as the same people."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.db.models import Prefetch, prefetch_related_objects

from campaigns.audience.attribute_names import used_attribute_names
from campaigns.audience.models import ContactList, Tag
from campaigns.audience.selection import select_people
from campaigns.exports.models import Export
from campaigns.exports.rows import Piece
from campaigns.importing.columns import EXPORT_MARK, LISTS_COLUMN, OWN_COLUMNS
from campaigns.importing.tag_cells import join_tags
from campaigns.suppression.services import suppressed_among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

VIEW_PERMISSION = "campaigns.view_contact"
FIXED = ("address", "first_name", "last_name", "time_zone", "tags")


def label(query: str) -> str:
    """The filter in words. Raises InvalidInput."""
    return select_people(query).label


def expected(query: str, *, most: int) -> int:
    """How many people there are, counted no further than `most`."""
    return select_people(query).contacts.order_by().values("pk")[:most].count()


def field_names(query: str) -> list[str]:
    """Names of all attributes that any of these contacts has."""
    return used_attribute_names(select_people(query).contacts)


def header(export: Export) -> list[str]:
    """Our own names: the import knows them again."""
    extra = OWN_COLUMNS if export.columns == Export.Columns.ALL else ()
    return [*FIXED, *(export.field_names or ()), *extra, EXPORT_MARK]


def read(export: Export, cursor: str, count: int) -> Piece:
    """The next people behind the contact id `cursor`."""
    found = list(_people(select_people(export.query).behind(int(cursor or 0))[:count]))
    reasons = suppressed_among([person.address_key for person in found]) if export.columns == "all" else {}
    rows = [_row(person, export, reasons) for person in found]
    return Piece(rows, str(found[-1].pk) if len(found) == count else "")


def _people(contacts: QuerySet[Contact]) -> Sequence[Contact]:
    found = list(contacts)
    tags = Prefetch("tags", queryset=Tag.objects.order_by("name"))
    lists = Prefetch("lists", queryset=ContactList.objects.order_by("name"))
    prefetch_related_objects(found, tags, lists)
    return found


def _row(person: Contact, export: Export, reasons: dict[str, str]) -> list[str]:
    tags = join_tags(tag.name for tag in person.tags.all())
    fixed = [person.address, person.first_name, person.last_name, person.time_zone, tags]
    values = [str(person.attributes.get(name, "")) for name in export.field_names or ()]
    return [*fixed, *values, *_own_columns(person, export, reasons), ""]


def _own_columns(person: Contact, export: Export, reasons: dict[str, str]) -> list[str]:
    """In the order of OWN_COLUMNS; the import leaves them out."""
    if export.columns != Export.Columns.ALL:
        return []
    own = {
        LISTS_COLUMN: join_tags(each.name for each in person.lists.all()),
        "gets mail": "no" if person.address_key in reasons else "yes",
        "why not": reasons.get(person.address_key, ""),
        "added (utc)": _time(person.created_at),
        "changed (utc)": _time(person.updated_at),
    }
    return [own[name] for name in OWN_COLUMNS]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
