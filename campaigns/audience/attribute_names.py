"""Which attributes people have, asked of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

_ATTRIBUTE_NAMES = {
    "postgresql": "SELECT DISTINCT jsonb_object_keys(found.attributes) FROM ({contacts}) found",
    "sqlite": "SELECT DISTINCT pair.key FROM ({contacts}) found, json_each(found.attributes) pair",
}


def used_attribute_names(contacts: QuerySet[Contact]) -> list[str]:
    """Names of all attributes that any of these contacts has."""
    rows = contacts.order_by().values("attributes")
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTE_NAMES[connection.vendor].format(contacts=sql), parameters)
        return sorted(str(name) for (name,) in cursor.fetchall())
