"""Sealing everything anew under the newest key: after KMS_KEY_ID or the local master key changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps

from credentials.encryption.columns import SealedColumn, sealed_columns
from credentials.encryption.services import newest_prefix, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ColumnState:
    """One column: texts that were sealed anew, those that are to be, and those that changed meanwhile."""

    column: SealedColumn
    sealed_anew: int = 0
    to_do: int = 0


def count_old() -> list[ColumnState]:
    """How many texts of each column are not under the newest key."""
    prefix = newest_prefix()
    return [ColumnState(column, to_do=_old_rows(column, prefix).count()) for column in sealed_columns()]


def reencrypt_all() -> Iterator[ColumnState]:
    """Seal every text that is not under the newest key anew; stopped anywhere, the next run goes on.

    Raises as `seal` and `unseal`: what was done stays done.
    """
    prefix = newest_prefix()
    for column in sealed_columns():
        done = _reencrypt(column, prefix)
        logger.info("encryption.reencrypted", extra={"column": f"{column.model}.{column.column}", "count": done})
        yield ColumnState(column, sealed_anew=done, to_do=_old_rows(column, prefix).count())


def _reencrypt(column: SealedColumn, prefix: str) -> int:
    done, last = 0, None
    while True:
        rows = _old_rows(column, prefix).order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        batch = list(rows.values_list("pk", column.column, column.row_column)[:_AT_ONCE])
        for pk, sealed, row in batch:
            done += _seal_anew(column, pk, sealed, str(row))
            last = pk
        if len(batch) < _AT_ONCE:
            return done


def _seal_anew(column: SealedColumn, pk: Any, sealed: str, row: str) -> int:
    """1; or 0 when somebody wrote another secret meanwhile, which is under the newest key anyway."""
    plaintext = unseal(sealed, table=column.table, row=row)
    anew = seal(plaintext, table=column.table, row=row)
    same = _model_rows(column).filter(**{"pk": pk, column.column: sealed})
    return same.update(**{column.column: anew})


def _old_rows(column: SealedColumn, prefix: str) -> QuerySet[Any]:
    rows = _model_rows(column).exclude(**{column.column: ""})
    return rows.exclude(**{f"{column.column}__startswith": prefix})


def _model_rows(column: SealedColumn) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(column.model)._base_manager.all()  # noqa: SLF001
    return rows
