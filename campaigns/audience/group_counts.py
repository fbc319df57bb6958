"""How many people are on each list and carry each tag, counted no further than COUNT_LIMIT each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from portal.paging import COUNT_LIMIT
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Sequence

_SQL = """
SELECT owner.id, (SELECT COUNT(*) FROM (SELECT 1 FROM {pairs} pair WHERE pair.{column} = owner.id LIMIT %s) counted)
  FROM {owners} owner WHERE owner.id IN ({places})
"""


def list_counts(list_ids: Sequence[int]) -> dict[int, int]:
    """{list id: people}; COUNT_LIMIT + 1 stands for more."""
    return _counts(list_ids, pairs="campaigns_listmembership", column="contact_list_id", owners="campaigns_contactlist")


def tag_counts(tag_ids: Sequence[int]) -> dict[int, int]:
    """{tag id: people}; COUNT_LIMIT + 1 stands for more."""
    return _counts(tag_ids, pairs="campaigns_contacttag", column="tag_id", owners="campaigns_tag")


def shown_count(count: int) -> str:
    """1,204 or "more than 10,000"."""
    return format_count(count) if count <= COUNT_LIMIT else _("more than %s") % format_count(COUNT_LIMIT)


def _counts(ids: Sequence[int], **names: str) -> dict[int, int]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(places=", ".join(["%s"] * len(ids)), **names), [COUNT_LIMIT + 1, *ids])
        return {int(pk): int(count) for pk, count in cursor.fetchall()}
