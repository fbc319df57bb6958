"""Lists of tables with millions of rows: a count that stops early or is estimated, and no page beyond the counted.

A mixin for ModelAdmin carries it; searching and filtering stay the business of each admin and its indexes.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connections
from django.utils.translation import gettext as _

from portal.wording import format_count

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

COUNT_LIMIT = 10_000


class BoundedPaginator(Paginator[Any]):
    """Counts at most COUNT_LIMIT rows, and ends the pages there; narrower searches reach what lies behind.

    `count` is therefore exact up to COUNT_LIMIT; `is_cut` says that there is more, `count_label` says how much. A
    paginator of its own may set a lower `count_limit`.
    """

    count_limit: int | None = None  # None = COUNT_LIMIT

    @property
    def _limit(self) -> int:
        return self.count_limit or COUNT_LIMIT

    @cached_property
    def _bounded_count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[: self._limit + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._bounded_count, self._limit)

    @property
    def is_cut(self) -> bool:
        return self._bounded_count > self._limit

    @cached_property
    def count_label(self) -> str:
        """ "1,204", "about 1,040,000" (estimated by PostgreSQL) or "more than 10,000"."""
        if not self.is_cut:
            return format_count(self.count)
        estimate = self._estimate()
        if estimate > self._limit:
            return _("about %s") % format_count(round(estimate, 2 - len(str(estimate))))
        return _("more than %s") % format_count(self._limit)

    def _estimate(self) -> int:
        """PostgreSQL's own idea of the table's rows; 0 when the list is filtered or the database has none."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        if rows.query.where or rows.query.distinct:
            return 0
        return estimate_rows(rows.model, using=rows.db)


def estimate_rows(model: type[Model], *, using: str = "default") -> int:
    """Rows of a table by PostgreSQL's statistics, without reading it; 0 where there are no statistics."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])  # noqa: SLF001
        row = cursor.fetchone()
    return max(0, int(row[0])) if row else 0


class FastListMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """For admins of tables that may hold millions of rows: `class ContactAdmin(FastListMixin)`.

    Search must be served by an index (portal.fields.prefix_range), and `ordering` too.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
