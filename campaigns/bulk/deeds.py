"""What is done to a slice of people, and how it is taken back: tags, lists, a field, deleting.

`apply` gives what undoing needs for each person whom it changed; `revert` takes just that back and leaves alone whom
others have changed since. Both run in the transaction of the slice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.bulk import fields, snapshots
from campaigns.bulk.models import BulkChange
from campaigns.preferences.models import ListOptOut
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

BeforeDict = dict[str, Any]  # as JSON in BulkUndo.before; each deed has its own

Kind = BulkChange.Deed


class Deed(Protocol):
    """One kind of change."""

    def apply(self, contact_ids: Sequence[int]) -> Mapping[int, BeforeDict]:
        """Do it; gives {contact id: before} of those whom it changed. Raises InvalidInput when it cannot be any more."""

    def revert(self, before: Mapping[int, BeforeDict]) -> set[int]:
        """Take it back; gives the ids of those who are as before. The others were changed since and stay."""

    def unaffected(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        """Those of the people who are already as the deed would make them."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The rows that put people into one group: a tag's or a list's."""

    model: type[ContactTag] | type[ListMembership]
    groups: type[Tag] | type[ContactList]
    column: str
    group_id: int

    def of(self, contact_ids: Sequence[int]) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{self.column: self.group_id}, contact_id__in=contact_ids)  # noqa: SLF001

    def in_group(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        pairs = self.model._default_manager.filter(**{self.column: self.group_id})  # noqa: SLF001
        return contacts.filter(pk__in=pairs.values("contact_id"))

    def left_by(self, contact_ids: Sequence[int]) -> set[int]:
        """Those who left the list themselves: nobody puts them back."""
        if self.model is not ListMembership:
            return set()
        left = ListOptOut.objects.filter(contact_list_id=self.group_id).values("address_key")
        return set(Contact.objects.filter(pk__in=contact_ids, address_key__in=left).values_list("pk", flat=True))

    def lock_group(self) -> bool:
        """Keep the group from being deleted before the slice is committed; False when it is gone."""
        return bool(self.groups._default_manager.filter(pk=self.group_id).select_for_update(no_key=True))  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Join:
    """Put people into a group. Undo needs the row that did it: one that somebody else made stays."""

    pairs: Pairs

    def apply(self, contact_ids: Sequence[int]) -> Mapping[int, BeforeDict]:
        if not self.pairs.lock_group():
            raise InvalidInput(_("The tag or list was deleted meanwhile."))
        there = _locked_ids(contact_ids)
        inside = set(self.pairs.of(contact_ids).values_list("contact_id", flat=True))
        left = self.pairs.left_by(there)
        missing = [contact_id for contact_id in there if contact_id not in inside | left]
        rows = [self.pairs.model(**{self.pairs.column: self.pairs.group_id, "contact_id": pk}) for pk in missing]
        self.pairs.model._default_manager.bulk_create(rows, ignore_conflicts=True)  # type: ignore[arg-type]  # noqa: SLF001
        made = self.pairs.of(missing).values_list("contact_id", "pk")
        return {contact_id: {"row": row_id} for contact_id, row_id in made}

    def revert(self, before: Mapping[int, BeforeDict]) -> set[int]:
        rows = self.pairs.of(list(before)).filter(pk__in=[each["row"] for each in before.values()])
        found = set(rows.values_list("contact_id", flat=True))
        snapshots.delete_rows(rows.order_by())
        return found

    def unaffected(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        return self.pairs.in_group(contacts)


@dataclass(frozen=True, slots=True)
class Leave:
    """Take people out of a group. Undo needs the rows as they were; whoever is in it again stays as they are."""

    pairs: Pairs

    def apply(self, contact_ids: Sequence[int]) -> Mapping[int, BeforeDict]:
        _locked_ids(contact_ids)
        rows = self.pairs.of(contact_ids)
        before = {row.contact_id: {"row": snapshots.row_of(row)} for row in rows}
        snapshots.delete_rows(rows.order_by())
        return before

    def revert(self, before: Mapping[int, BeforeDict]) -> set[int]:
        if not self.pairs.lock_group():
            return set()
        there = set(_locked_ids(list(before)))
        inside = set(self.pairs.of(list(before)).values_list("contact_id", flat=True))
        wanted = [contact_id for contact_id in before if contact_id in there - inside - self.pairs.left_by(list(there))]
        snapshots.insert_rows(self.pairs.model, [before[contact_id]["row"] for contact_id in wanted])
        return set(wanted)

    def unaffected(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        return contacts.exclude(pk__in=self.pairs.in_group(contacts).values("pk"))


@dataclass(frozen=True, slots=True)
class SetField:
    """Give everybody one value. Undo brings the old one back where nobody has written another since."""

    field: str
    value: str

    def apply(self, contact_ids: Sequence[int]) -> Mapping[int, BeforeDict]:
        old = fields.values_of(contact_ids, self.field)
        changed = {contact_id: text for contact_id, text in old.items() if text != self.value}
        fields.write_value(list(changed), self.field, self.value)
        return {contact_id: {"old": text} for contact_id, text in changed.items()}

    def revert(self, before: Mapping[int, BeforeDict]) -> set[int]:
        now = fields.values_of(list(before), self.field)
        same = {contact_id for contact_id, text in now.items() if text == self.value}
        by_value: dict[str, list[int]] = defaultdict(list)
        for contact_id in sorted(same):
            by_value[str(before[contact_id]["old"])].append(contact_id)
        for text, contact_ids in by_value.items():
            fields.write_value(contact_ids, self.field, text)
        return same

    def unaffected(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        return fields.having(contacts, self.field, self.value)


class Delete:
    """Take people out of the contacts. Undo needs all of them; an address that was added again since stays."""

    def apply(self, contact_ids: Sequence[int]) -> Mapping[int, BeforeDict]:
        found = list(Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update())
        people = snapshots.take_people(found)
        snapshots.remove_people(list(people))
        return {contact_id: dict(person) for contact_id, person in people.items()}

    def revert(self, before: Mapping[int, BeforeDict]) -> set[int]:
        keys = {contact_id: each["contact"]["address_key"] for contact_id, each in before.items()}
        taken = set(Contact.objects.filter(address_key__in=list(keys.values())).values_list("address_key", flat=True))
        wanted = [contact_id for contact_id, key in keys.items() if key not in taken]
        snapshots.bring_back([_person(before[contact_id]) for contact_id in wanted])
        return set(wanted)

    def unaffected(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        return contacts.none()


def deed_of(change: BulkChange) -> Deed:
    """The deed of a bulk change. Merging has its own way: see `bulk.merge`."""
    group_id = change.group_id or 0
    tag = Pairs(ContactTag, Tag, "tag_id", group_id)
    on_list = Pairs(ListMembership, ContactList, "contact_list_id", group_id)
    match Kind(change.deed):
        case Kind.ADD_TAG:
            return Join(tag)
        case Kind.REMOVE_TAG:
            return Leave(tag)
        case Kind.ADD_TO_LIST:
            return Join(on_list)
        case Kind.REMOVE_FROM_LIST:
            return Leave(on_list)
        case Kind.SET_FIELD:
            return SetField(change.field, change.value)
        case Kind.DELETE:
            return Delete()
        case _:
            raise InvalidInput(_("Merged people are chosen group by group."))


def _locked_ids(contact_ids: Sequence[int]) -> list[int]:
    """Those who are still there; nobody deletes them before the slice is committed."""
    rows = Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update(no_key=True)
    return list(rows.values_list("pk", flat=True))


def _person(before: BeforeDict) -> snapshots.PersonDict:
    return snapshots.PersonDict(contact=before["contact"], hanging=before["hanging"], pointing=before["pointing"])
