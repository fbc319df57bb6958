"""The registry of columns that hold sealed texts, so that `manage.py reencrypt` finds them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed texts ("" where a row has none): `table` is what they are sealed for, and `row_column` holds
    the row's stable id that goes with it.
    """

    model: str  # "app.Model"
    column: str
    row_column: str
    table: str


_columns: dict[tuple[str, str], SealedColumn] = {}


def register_sealed(column: SealedColumn) -> None:
    """Name a column of sealed texts; called beside the model."""
    _columns[column.model, column.column] = column


def sealed_columns() -> list[SealedColumn]:
    """Every column that was registered, in a stable order."""
    return [_columns[key] for key in sorted(_columns)]
