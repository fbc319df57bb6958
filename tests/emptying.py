"""Emptying the database after a test that really committed: only of what it wrote.

Django's own way empties every table and writes the groups with all their permissions anew, which takes longer than most
tests. Here the tables that migrating fills are left alone; where a test has changed one of them, Django's way is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.test import TransactionTestCase

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

FILLED_BY_MIGRATING = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
_empty_everything = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # the stubs leave it out


def empty_only_what_was_written() -> None:
    """From now on tests that commit are cleaned up after so; to be called before the first, with every table there."""
    emptying = _Emptying()

    def empty(case: TransactionTestCase) -> None:
        emptying.empty(case)

    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


class _Emptying:
    """Puts the database back to how migrating left it."""

    def __init__(self) -> None:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self._others = sorted(set(tables) - {*FILLED_BY_MIGRATING, "django_migrations"})
        with connection.cursor() as cursor:
            self._migrated = _rows_of_migrating(cursor)

    def empty(self, case: TransactionTestCase) -> None:
        with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
            for table in self._filled(cursor):
                cursor.execute(f"DELETE FROM {_quoted(table)}")
            is_as_migrated = _rows_of_migrating(cursor) == self._migrated
        if is_as_migrated:
            return
        _empty_everything(case)
        with connection.cursor() as cursor:
            self._migrated = _rows_of_migrating(cursor)  # the same under other ids

    def _filled(self, cursor: CursorWrapper) -> list[str]:
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_quoted(table)})" for table in self._others)
        cursor.execute(" UNION ALL ".join(asked))
        return [str(table) for [table] in cursor.fetchall()]


def _rows_of_migrating(cursor: CursorWrapper) -> list[list[tuple[object, ...]]]:
    found = []
    for table in FILLED_BY_MIGRATING:
        cursor.execute(f"SELECT * FROM {_quoted(table)} ORDER BY id")
        found.append(cursor.fetchall())
    return found


def _quoted(table: str) -> str:
    return str(connection.ops.quote_name(table))
