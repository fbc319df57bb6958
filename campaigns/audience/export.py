"""Contacts as a CSV that spreadsheets cannot be tricked with, and that the import reads back as the same people."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Prefetch

from campaigns.audience.models import Contact, Tag
from campaigns.importing.columns import EXPORT_MARK
from campaigns.importing.formula_guard import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

ROWS_PER_PIECE = 1000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else
FIXED_COLUMNS = ("address", "first_name", "last_name", "time_zone", "tags")

_ATTRIBUTE_NAMES = {
    "postgresql": "SELECT DISTINCT jsonb_object_keys(found.attributes) FROM ({contacts}) found",
    "sqlite": "SELECT DISTINCT pair.key FROM ({contacts}) found, json_each(found.attributes) pair",
}


def csv_pieces(contacts: QuerySet[Contact]) -> Iterator[str]:
    """The file piece by piece, a thousand rows each; memory does not grow with their number."""
    names = used_attribute_names(contacts)
    yield BYTE_ORDER_MARK + _as_csv([[*FIXED_COLUMNS, *names, EXPORT_MARK]])
    tags = Prefetch("tags", queryset=Tag.objects.order_by("name"))
    rows = contacts.order_by("pk").prefetch_related(None).prefetch_related(tags)
    people = rows.iterator(chunk_size=ROWS_PER_PIECE)
    while batch := list(islice(people, ROWS_PER_PIECE)):
        yield _as_csv([_row(contact, names) for contact in batch])


def used_attribute_names(contacts: QuerySet[Contact]) -> list[str]:
    """Names of all attributes that any of these contacts has."""
    rows = contacts.order_by().values("attributes")
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTE_NAMES[connection.vendor].format(contacts=sql), parameters)
        return sorted(str(name) for (name,) in cursor.fetchall())


def _row(contact: Contact, names: Iterable[str]) -> list[str]:
    tags = "; ".join(tag.name for tag in contact.tags.all())
    fixed = [contact.address, contact.first_name, contact.last_name, contact.time_zone, tags]
    return [*fixed, *(str(contact.attributes.get(name, "")) for name in names), ""]


def _as_csv(rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return out.getvalue()
