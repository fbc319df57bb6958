"""Whom a deed or an export is for: the filter of the list of contacts as text, read strictly.

The list shows everybody where it does not understand its address; a deed on everybody by mistake must not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience import querysets
from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.segments.models import Segment
from campaigns.segments.people import in_segment
from portal.errors import InvalidInput
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    Narrow = Callable[[QuerySet[Contact], str], QuerySet[Contact]]

IDS = "ids"
SEARCH = "q"
OF_THE_PAGE = frozenset({"p", "o", "e", "all"})  # what the list's address says beside the filter


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen people: which, in which words, and the expression whose index gives them in the order of their ids."""

    contacts: QuerySet[Contact]
    label: str
    order: str = "pk"

    def behind(self, contact_id: int) -> QuerySet[Contact]:
        """Those with a higher id, in order; each call goes on in the index where the last one ended."""
        rows = self.contacts.order_by()
        if self.order == "pk":
            return rows.filter(pk__gt=contact_id).order_by("pk")
        return rows.annotate(member_id=F(self.order)).filter(member_id__gt=contact_id).order_by("member_id")


def select_people(query: str) -> Selection:
    """The people of a filter such as `list=3&q=anna` or `ids=1,2`; "" is everybody. Raises InvalidInput."""
    wanted = {name: str(value) for name, value in QueryDict(query).items() if name not in OF_THE_PAGE and value}
    if "\0" in query or "%00" in query:
        raise _unknown(query)
    contacts = Contact.objects.all()
    for name, value in wanted.items():
        narrow = _NARROW.get(name)
        if narrow is None:
            raise _unknown(name)
        contacts = narrow(contacts, value)
    return Selection(contacts, _label_of(wanted), _order_of(wanted))


def query_of_ids(contact_ids: Iterable[int | str]) -> str:
    """The filter that means just these people."""
    return f"{IDS}={','.join(str(contact_id) for contact_id in contact_ids)}"


def _order_of(wanted: dict[str, str]) -> str:
    if "list" in wanted and SEARCH not in wanted and "tag" not in wanted:
        return "memberships__contact_id"
    if "tag" in wanted and SEARCH not in wanted and "list" not in wanted:
        return "contact_tags__contact_id"
    return "pk"


def _number(value: str) -> int:
    number = row_id(value)
    if number is None:
        raise _unknown(value)
    return number


def _unknown(what: str) -> InvalidInput:
    return InvalidInput(_("“%s” is no filter of contacts. Go back to the list and choose again.") % what[:100])


def _by_ids(contacts: QuerySet[Contact], value: str) -> QuerySet[Contact]:
    return contacts.filter(pk__in=[_number(part) for part in value.split(",")])


def _by_mail(contacts: QuerySet[Contact], value: str) -> QuerySet[Contact]:
    narrow = {"yes": querysets.unsuppressed, "no": querysets.suppressed}.get(value)
    if narrow is None:
        raise _unknown(value)
    return narrow(contacts)


_NARROW: dict[str, Narrow] = {
    IDS: _by_ids,
    SEARCH: querysets.search_contacts,
    "list": lambda contacts, value: querysets.on_list(contacts, _number(value)),
    "tag": lambda contacts, value: querysets.with_tag(contacts, _number(value)),
    "import": lambda contacts, value: querysets.brought_by(contacts, _number(value)),
    "segment": lambda contacts, value: in_segment(contacts, _number(value)),
    "mail": _by_mail,
}


_GROUPS: dict[str, tuple[_StrPromise, QuerySet[Any]]] = {
    "list": (gettext_lazy("list %s"), ContactList.objects.all()),
    "tag": (gettext_lazy("tag %s"), Tag.objects.all()),
    "segment": (gettext_lazy("segment %s"), Segment.objects.all()),
}


def _label_of(wanted: dict[str, str]) -> str:
    """The filter in words; "" for everybody."""
    return ", ".join(_word_of(name, value) for name, value in wanted.items())


def _word_of(name: str, value: str) -> str:
    if name in _GROUPS:
        words, rows = _GROUPS[name]
        return str(words) % _name_of(rows, value)
    match name:
        case "import":
            return _("import %s") % value
        case "mail":
            return _("may get mail") if value == "yes" else _("suppressed")
        case "q":
            return f"“{value[:60]}”"
        case _:
            return _("chosen one by one")


def _name_of(rows: QuerySet[Any], value: str) -> str:
    return str(rows.filter(pk=_number(value)).values_list("name", flat=True).first() or value)
