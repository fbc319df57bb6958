"""A gap in the numbers of rows, so that none which a lost stretch of time has given out is given out again.

Links in mails, tags at SES and names of files hold such numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

GAP = 10_000_000


def leave_gap(models: Iterable[type[Model]], *, used: Mapping[str, int]) -> None:
    """Let the next ids of these tables begin GAP after the highest there is, or after `used` by table name.

    Call it in a transaction. Harmless to repeat: it leaves a gap again.
    """
    with connection.cursor() as cursor:
        for model in models:
            table, column = model._meta.db_table, model._meta.pk.column  # noqa: SLF001
            highest = model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0  # noqa: SLF001
            begin = max(highest, used.get(table, 0)) + GAP
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, begin])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, begin])
