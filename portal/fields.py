"""Model fields that Django lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class KeyField(models.CharField[str, str]):
    """Text compared byte by byte, so that one plain index serves equality, order and prefix search.

    On PostgreSQL the column gets the "C" collation; SQLite compares bytes anyway. It has no `_like` index, which
    costs a third of an import (PostgreSQL's C collation serves LIKE 'x%' from the plain index).
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def prefix_range(prefix: str) -> tuple[str, str]:
    """Half-open range [low, high) of all keys that begin with `prefix`, in byte order."""
    return prefix, prefix + "\U0010ffff"
