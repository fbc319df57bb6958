"""Many contacts at once: lists, tags and deletion as statements of the database, without loading a person.

Both databases understand the same words here. `contacts` may be any filtered QuerySet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from campaigns.audience.edits import ContactEdit
from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.importing.models import ImportChange

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

DELETE_BATCH = 5_000


def join_list(contacts: QuerySet[Contact], list_id: int) -> int:
    """Put everybody on the list; returns how many were not on it before."""
    return _insert_pairs(
        "campaigns_listmembership (contact_list_id, contact_id, joined_at)", "%s, person.id, %s", contacts,
        values=[list_id, timezone.now()],
    )  # fmt: skip


def put_tag(contacts: QuerySet[Contact], tag_id: int) -> int:
    """Put the tag on everybody; returns how many did not have it before."""
    return _insert_pairs("campaigns_contacttag (tag_id, contact_id)", "%s, person.id", contacts, values=[tag_id])


def leave_list(contacts: QuerySet[Contact], list_id: int) -> int:
    """Take everybody off the list; returns how many were on it."""
    rows = ListMembership.objects.filter(contact_list_id=list_id, contact__in=_ids(contacts))
    return _delete_rows(rows)


def take_tag(contacts: QuerySet[Contact], tag_id: int) -> int:
    """Take the tag off everybody; returns how many had it."""
    return _delete_rows(ContactTag.objects.filter(tag_id=tag_id, contact__in=_ids(contacts)))


def erase(contacts: QuerySet[Contact]) -> int:
    """Delete the contacts with what hangs on them; returns how many. Deliveries stay as the record of what was sent."""
    total = 0
    ids = list(_ids(contacts).values_list("pk", flat=True))
    for begin in range(0, len(ids), DELETE_BATCH):
        part = ids[begin : begin + DELETE_BATCH]
        for rows in (ListMembership.objects, ContactTag.objects, ImportChange.objects, ContactEdit.objects):
            _delete_rows(rows.filter(contact_id__in=part))
        total += _delete_rows(Contact.objects.filter(pk__in=part))
    return total


def _ids(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    return contacts.order_by().only("pk")


def _insert_pairs(target: str, row: str, contacts: QuerySet[Contact], *, values: list[Any]) -> int:
    found, parameters = _ids(contacts).values("pk").query.get_compiler(connection=connection).as_sql()
    people = f"FROM campaigns_contact person WHERE person.id IN ({found})"
    sql = f"INSERT INTO {target} SELECT {row} {people} ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *parameters])
        return max(0, int(cursor.rowcount))


def _delete_rows(rows: QuerySet[Model]) -> int:
    """Delete without collecting; nothing may hang on these rows."""
    return int(rows._raw_delete(rows.db))  # noqa: SLF001
