"""All SQL of imports: a temporary table per connection, filled once per batch, then set statements over it.

PostgreSQL fills it by COPY, SQLite by executemany; the statements are the same but for a few fragments. Every function
needs an open transaction.
"""
# ruff: noqa: S608  # statements are put together from constants of this file; values are parameters

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from campaigns.importing.models import OnExisting
from campaigns.importing.row_check import StagedContact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

COLUMNS = ", ".join(StagedContact._fields)
_STAGE = "import_stage"
_TAG_STAGE = "import_stage_tag"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The fragments in which the databases differ. `c` is the contact, `s` the staged row."""

    stage_tables: tuple[str, ...]
    address_hash: str
    adds_attributes: str  # some staged attribute differs from the contact's
    fills_attributes: str  # some staged attribute is empty with the contact
    update_attributes: str
    fill_attributes: str
    lock_contact: str


_FILLED_PG = "(SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(c.attributes) WHERE value <> '\"\"')"
_FILLED_SQLITE = "(SELECT json_group_object(key, value) FROM json_each(c.attributes) WHERE value <> '')"

POSTGRESQL = Dialect(
    stage_tables=(
        (
            f'CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGE} (line bigint, address text, address_key text COLLATE "C",'
            " first_name text, last_name text, first_name_key text, last_name_key text, attributes jsonb,"
            " time_zone text) ON COMMIT DELETE ROWS"
        ),
        f'CREATE TEMPORARY TABLE IF NOT EXISTS {_TAG_STAGE} (address_key text COLLATE "C", tag text) ON COMMIT DELETE ROWS',
        f"DELETE FROM {_STAGE}",  # in case the transaction goes on with another batch
        f"DELETE FROM {_TAG_STAGE}",
        # The temporary tables have no statistics; their few rows must look up contacts by the index, never scan them.
        "SET LOCAL enable_hashjoin = off",
        "SET LOCAL enable_mergejoin = off",
    ),
    address_hash="hashtextextended(s.address_key, 0)",
    adds_attributes="NOT c.attributes @> s.attributes",
    fills_attributes=(
        "EXISTS (SELECT 1 FROM jsonb_each_text(s.attributes) a WHERE coalesce(c.attributes ->> a.key, '') = '')"
    ),
    update_attributes="c.attributes || s.attributes",
    fill_attributes=f"c.attributes || s.attributes || {_FILLED_PG}",
    lock_contact="FOR UPDATE OF c",
)
SQLITE = Dialect(
    stage_tables=(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGE} ({COLUMNS})",
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {_TAG_STAGE} (address_key, tag)",
        f"DELETE FROM {_STAGE}",
        f"DELETE FROM {_TAG_STAGE}",
    ),
    address_hash="import_address_hash(s.address_key)",
    adds_attributes=(
        "EXISTS (SELECT 1 FROM json_each(s.attributes) a"
        " WHERE json_extract(c.attributes, '$.' || a.key) IS NOT a.value)"
    ),
    fills_attributes=(
        "EXISTS (SELECT 1 FROM json_each(s.attributes) a"
        " WHERE coalesce(json_extract(c.attributes, '$.' || a.key), '') = '')"
    ),
    update_attributes="json_patch(c.attributes, s.attributes)",
    fill_attributes=f"json_patch(json_patch(c.attributes, s.attributes), {_FILLED_SQLITE})",
    lock_contact="",
)


def dialect() -> Dialect:
    """The fragments of the database in use."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def execute(sql: str, parameters: Sequence[object] = ()) -> int:
    """Run one statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapt(value) for value in parameters])
        return int(cursor.rowcount)


def select(sql: str, parameters: Sequence[object] = ()) -> list[tuple[int, ...]]:
    """All rows of one query over whole numbers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapt(value) for value in parameters])
        return list(cursor.fetchall())


def stage(rows: Iterable[StagedContact], tags: Iterable[tuple[str, str]] = ()) -> None:
    """Fill the temporary tables anew: the rows of one batch, and pairs of address key and tag."""
    for statement in dialect().stage_tables:
        execute(statement)
    _fill(_STAGE, COLUMNS, rows)
    if tags:
        _fill(_TAG_STAGE, "address_key, tag", tags)


def _fill(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write(_copy_text(rows))
        return
    marks = ", ".join("?" * len(columns.split(",")))
    # Django's cursor would rewrite the statement and check every row; the driver takes the tuples as they are.
    connection.connection.create_function("import_address_hash", 1, _address_hash, deterministic=True)
    connection.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _copy_text(rows: Iterable[tuple[object, ...]]) -> str:
    """Rows in COPY's text format. No staged value holds a tab or a line break, so only backslashes need escaping."""
    return "".join(["\t".join(map(str, row)) + "\n" for row in rows]).replace("\\", "\\\\")


def _address_hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def insert_new_contacts(import_id: int, now: datetime) -> int:
    """Add the staged people who are not here yet; returns how many."""
    return execute(
        "INSERT INTO campaigns_contact (address, address_key, first_name, last_name, first_name_key, last_name_key,"
        " attributes, time_zone, created_import_id, created_at, updated_at)"
        " SELECT address, address_key, first_name, last_name, first_name_key, last_name_key, attributes, time_zone,"
        f" %s, %s, %s FROM {_STAGE} WHERE true ON CONFLICT (address_key) DO NOTHING",
        (import_id, now, now),
    )


def changed_condition(on_existing: str) -> str:
    """SQL that tells whether staged row `s` would change contact `c`."""
    fields = ("first_name", "last_name", "time_zone")
    if on_existing == OnExisting.SKIP:
        return "false"
    if on_existing == OnExisting.FILL_EMPTY:
        parts = [f"(c.{field} = '' AND s.{field} <> '')" for field in fields]
        return f"({' OR '.join(parts)} OR {dialect().fills_attributes})"
    parts = [f"(s.{field} <> '' AND s.{field} <> c.{field})" for field in fields]
    return f"({' OR '.join(parts)} OR {dialect().adds_attributes})"


def remember_contacts(import_id: int, now: datetime, on_existing: str) -> int:
    """Keep how the people were whom `update_contacts` is about to change; returns how many, this import's own left out."""
    kept = "first_name, last_name, first_name_key, last_name_key, time_zone, attributes, updated_at"
    from_contact = ", ".join(f"c.{field}" for field in kept.split(", "))
    return execute(
        f"INSERT INTO campaigns_importchange (contact_import_id, contact_id, changed_at, {kept})"
        f" SELECT %s, c.id, %s, {from_contact} FROM {_STAGE} s JOIN campaigns_contact c ON c.address_key = s.address_key"
        f" WHERE {changed_condition(on_existing)} AND (c.created_import_id IS NULL OR c.created_import_id <> %s)"
        f" {dialect().lock_contact}"
        " ON CONFLICT (contact_import_id, contact_id) DO UPDATE SET changed_at = excluded.changed_at",
        (import_id, now, import_id),
    )


def update_contacts(now: datetime, on_existing: str) -> int:
    """Bring the staged values to the people who are here; returns how many changed."""
    names = ("first_name", "last_name", "time_zone")
    fill_only = on_existing == OnExisting.FILL_EMPTY
    test = "c.{0} = ''" if fill_only else "s.{0} <> ''"
    values = {name: f"CASE WHEN {test.format(name)} THEN s.{name} ELSE c.{name} END" for name in names}
    for name in ("first_name", "last_name"):
        values[f"{name}_key"] = f"CASE WHEN {test.format(name)} THEN s.{name}_key ELSE c.{name}_key END"
    values["attributes"] = dialect().fill_attributes if fill_only else dialect().update_attributes
    assignments = ", ".join(f"{name} = {value}" for name, value in values.items())
    return execute(
        f"UPDATE campaigns_contact AS c SET {assignments}, updated_at = %s FROM {_STAGE} s"
        f" WHERE c.address_key = s.address_key AND {changed_condition(on_existing)}",
        (now,),
    )


def join_list(list_id: int, import_id: int, now: datetime) -> int:
    """Put everybody staged on the list but those who left it; returns how many were not on it."""
    return execute(
        "INSERT INTO campaigns_listmembership (contact_list_id, contact_id, import_id, joined_at)"
        f" SELECT %s, c.id, %s, %s FROM {_STAGE} s JOIN campaigns_contact c ON c.address_key = s.address_key"
        " WHERE NOT EXISTS (SELECT 1 FROM campaigns_listoptout o"
        " WHERE o.address_key = s.address_key AND o.contact_list_id = %s)"
        " ON CONFLICT (contact_list_id, contact_id) DO NOTHING",
        (list_id, import_id, now, list_id),
    )


def put_tag(tag_id: int, import_id: int) -> int:
    """Put the tag on everybody staged; returns how many did not have it."""
    return execute(
        "INSERT INTO campaigns_contacttag (tag_id, contact_id, import_id)"
        f" SELECT %s, c.id, %s FROM {_STAGE} s JOIN campaigns_contact c ON c.address_key = s.address_key"
        " WHERE true ON CONFLICT (tag_id, contact_id) DO NOTHING",
        (tag_id, import_id),
    )


def put_row_tags(import_id: int) -> int:
    """Put on each staged person the tags of their own row, making tags that are new; returns how many were put."""
    execute(
        "INSERT INTO campaigns_tag (name)"
        f" SELECT DISTINCT tag FROM {_TAG_STAGE} WHERE true ORDER BY tag ON CONFLICT (name) DO NOTHING"
    )
    return execute(
        "INSERT INTO campaigns_contacttag (tag_id, contact_id, import_id)"
        f" SELECT t.id, c.id, %s FROM {_TAG_STAGE} s JOIN campaigns_contact c ON c.address_key = s.address_key"
        " JOIN campaigns_tag t ON t.name = s.tag WHERE true ON CONFLICT (tag_id, contact_id) DO NOTHING",
        (import_id,),
    )


def record_consents(import_id: int, *, at: datetime, by_id: int | None) -> int:
    """Write the consent of everybody staged who was here before; whom this import made hold that of the import itself."""
    return execute(
        "INSERT INTO campaigns_consent (contact_id, address_key, kind, source, wording, import_id, at, by_id)"
        f" SELECT c.id, c.address_key, 'given', 'import', '', %s, %s, %s FROM {_STAGE} s"
        " JOIN campaigns_contact c ON c.address_key = s.address_key"
        " WHERE c.created_import_id IS NULL OR c.created_import_id <> %s"
        " ON CONFLICT (import_id, contact_id) WHERE import_id IS NOT NULL DO NOTHING",
        (import_id, at, by_id, import_id),
    )


def restore_contacts(import_id: int, *, last_change_id: int) -> int:
    """Make people as they were before the import, up to one of its changes; who was edited since stays. Returns how many."""
    fields = ("first_name", "last_name", "first_name_key", "last_name_key", "time_zone", "attributes", "updated_at")
    assignments = ", ".join(f"{field} = s.{field}" for field in fields)
    return execute(
        f"UPDATE campaigns_contact AS c SET {assignments} FROM campaigns_importchange s"
        " WHERE s.contact_import_id = %s AND s.id <= %s AND c.id = s.contact_id AND c.updated_at = s.changed_at",
        (import_id, last_change_id),
    )


def _adapt(value: object) -> Any:
    return connection.ops.adapt_unknown_value(value)
