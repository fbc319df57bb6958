"""Whom a request is about: the person with all addresses they had, and all rows that were them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import TextField
from django.db.models.functions import Cast

from campaigns.audience.edits import ContactEdit
from campaigns.audience.models import Contact
from campaigns.bulk.models import BulkUndo, FormerAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model, QuerySet


class SubjectDict(TypedDict):
    """As it is kept while a person is being forgotten."""

    contact_ids: list[int]  # theirs, and of those who were merged into them
    address_keys: list[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """One person; `contact_ids` begins with their own."""

    contact_ids: tuple[int, ...]
    address_keys: tuple[str, ...]

    def to_dict(self) -> SubjectDict:
        return SubjectDict(contact_ids=list(self.contact_ids), address_keys=list(self.address_keys))


def subject_from(stored: SubjectDict) -> Subject:
    """What `to_dict` made."""
    return Subject(tuple(stored["contact_ids"]), tuple(stored["address_keys"]))


def subject_of(contact: Contact) -> Subject:
    """Everything that was this person. An address that somebody else has by now is theirs."""
    merged = _merged_into(contact.pk)
    keys = {
        contact.address_key,
        *_former(contact.pk),
        *_edited(contact.pk),
        *(person["address_key"] for person in merged),
    }
    others = set(
        Contact.objects.filter(address_key__in=keys).exclude(pk=contact.pk).values_list("address_key", flat=True)
    )
    ids = [contact.pk, *sorted({int(person["id"]) for person in merged} - {contact.pk})]
    return Subject(tuple(ids), tuple(sorted(keys - others)))


def naming(rows: QuerySet[Any], field: str, words: Iterable[str]) -> QuerySet[Any]:
    """Those of `rows` whose text or JSON in `field` names one of these words, whatever the case."""
    as_text = rows.annotate(_named_in=Cast(field, TextField()))
    found: QuerySet[Any] = rows.none()
    for word in words:
        found = found | as_text.filter(_named_in__icontains=word)
    return found


def rows_of(model: type[Model], **conditions: Any) -> QuerySet[Any]:
    """Rows of any model, past managers that refuse changes."""
    return model._base_manager.filter(**conditions)  # noqa: SLF001


def _former(contact_id: int) -> list[str]:
    return list(FormerAddress.objects.filter(contact=contact_id).values_list("address_key", flat=True))


def _edited(contact_id: int) -> set[str]:
    changes = ContactEdit.objects.filter(contact=contact_id).values_list("changes", flat=True)
    pairs = [each.get("fields", {}).get("address", []) for each in changes]
    return {address.lower() for pair in pairs for address in pair if address}


def _merged_into(contact_id: int) -> list[dict[str, Any]]:
    """The contacts that were merged into this one, as long as undoing it is possible."""
    kept = BulkUndo.objects.filter(contact_id=contact_id).values_list("before", flat=True)
    return [person["contact"] for before in kept for person in before.get("gone", [])]
