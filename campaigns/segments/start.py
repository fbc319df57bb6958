"""A segment that asks what a filter of the list of contacts shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.segments.definition import Condition, Group
from campaigns.segments.operators import Kind, Op
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IDS = {"list": Kind.LIST, "tag": Kind.TAG, "import": Kind.IMPORT}
_MAIL = {"yes": Op.YES, "no": Op.NO}


def group_of_filter(query: Mapping[str, str]) -> Group | None:
    """The conditions behind `?list=3&tag=2&import=9&mail=no&q=anna`; None where nothing of it can be asked."""
    rules = tuple(_conditions(query))
    return Group("all", rules) if rules else None


def _conditions(query: Mapping[str, str]) -> Iterator[Condition | Group]:
    for name, kind in _IDS.items():
        value = query.get(name, "")
        if row_id(value):
            yield Condition(kind.value, kind, Op.ANY_OF, (value,))
    if query.get("mail") in _MAIL:
        yield Condition("mail", Kind.MAIL, _MAIL[query["mail"]])
    text = " ".join(query.get("q", "").replace("\0", "").split())[:300]
    if text:
        yield _search(text)


def _search(text: str) -> Condition | Group:
    """As the search reads it: the beginning of an address or of a name; two words are first and last name."""
    first, _space, last = text.partition(" ")
    if last:
        return Group("all", (_begins("first_name", first), _begins("last_name", last)))
    fields = ("address",) if "@" in text else ("address", "first_name", "last_name")
    return Group("any", tuple(_begins(field, text) for field in fields))


def _begins(field: str, text: str) -> Condition:
    return Condition(field, Kind.TEXT, Op.BEGINS, (text,))
