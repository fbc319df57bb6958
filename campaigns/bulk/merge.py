"""Making one person of several: who stays, which values, everything else united.

Lists, tags and consent of all are the person's. A suppression stays with its address; where a person said no at one of
the addresses (unsubscribed, complained), they said it for the one that stays too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent, pass_on_import_consent
from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.bulk import snapshots
from campaigns.bulk.models import BulkChange, BulkUndo, FormerAddress
from campaigns.preferences.models import ListOptOut
from campaigns.suppression.models import Suppression
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import User

MAX_PEOPLE = 20
NAMES = ("first_name", "last_name", "time_zone")
SAID_NO = (Suppression.Reason.UNSUBSCRIBE, Suppression.Reason.COMPLAINT)


class MergedDict(TypedDict):
    """What undoing a merge needs, as JSON in BulkUndo.before."""

    own_before: dict[str, Any]  # the values of whoever stayed
    own_after: dict[str, Any]
    gone: list[snapshots.PersonDict]
    memberships: list[int]  # rows that the merge added
    tags: list[int]
    consents: dict[str, list[int]]  # {former contact id: rows that were theirs}
    import_consents: list[int]  # rows that the merge wrote for consent held by the import that made somebody
    former_addresses: list[int]
    suppression: int | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Who stays, who goes into them, and from whom each value is taken (field name: contact id; others stay)."""

    keep_id: int
    gone_ids: Sequence[int]
    value_from: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def merge_contacts(merge: Merge, *, actor: User | None) -> BulkChange:
    """Merge, and keep what undoing needs. Raises InvalidInput, Conflict when one of them is not there any more."""
    keep, gone = _locked_people(merge)
    own_before = _values_of(keep)
    _take_values(keep, merge, {person.pk: person for person in [keep, *gone]})
    taken = list(snapshots.take_people(gone).values())
    merged = MergedDict(
        own_before=own_before,
        own_after=_values_of(keep),
        gone=taken,
        memberships=_unite_lists(keep, gone),
        tags=_unite_tags(keep, gone),
        consents=_move_consents(keep, gone),
        import_consents=_write_import_consents(keep, gone),
        former_addresses=[],
        suppression=_suppress_too(keep, gone, actor=actor),
    )
    addresses = _addresses_of(gone)
    snapshots.remove_people([person.pk for person in gone])
    merged["former_addresses"] = _remember_addresses(keep, addresses)
    return _record(keep, gone, merged, actor=actor)


def _locked_people(merge: Merge) -> tuple[Contact, list[Contact]]:
    ids = {merge.keep_id, *merge.gone_ids}
    if len(ids) < 2 or merge.keep_id in merge.gone_ids:  # noqa: PLR2004
        raise InvalidInput(_("Choose at least two people, and who stays."))
    if len(ids) > MAX_PEOPLE:
        raise InvalidInput(_("At most %d people are merged at once.") % MAX_PEOPLE)
    found = {person.pk: person for person in Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    if len(found) < len(ids):
        raise Conflict(_("One of these people is not there any more. Look again."))
    return found[merge.keep_id], [found[contact_id] for contact_id in sorted(ids - {merge.keep_id})]


def _values_of(person: Contact) -> dict[str, Any]:
    return {**{name: getattr(person, name) for name in NAMES}, "attributes": dict(person.attributes)}


def _take_values(keep: Contact, merge: Merge, people: Mapping[int, Contact]) -> None:
    """Write the chosen values; an attribute that only those who go have is taken over."""
    attributes = dict(keep.attributes)
    for contact_id in merge.gone_ids:
        for name, value in people[contact_id].attributes.items():
            attributes.setdefault(name, value)
    for name, contact_id in merge.value_from.items():
        if contact_id not in people:
            raise InvalidInput(_("Choose the values again."))
        source = people[contact_id]
        if name in NAMES:
            setattr(keep, name, _values_of(source)[name] if source.pk != keep.pk else getattr(keep, name))
        elif name in source.attributes:
            attributes[name] = source.attributes[name]
        else:
            attributes.pop(name, None)
    keep.attributes = attributes
    keep.save()


def _unite_lists(keep: Contact, gone: Sequence[Contact]) -> list[int]:
    keys = [keep.address_key, *(person.address_key for person in gone)]
    left = ListOptOut.objects.filter(address_key__in=keys).values("contact_list_id")  # said once, said for all
    wanted = ListMembership.objects.filter(contact__in=gone).exclude(contact_list_id__in=left).order_by("joined_at")
    own = set(keep.memberships.values_list("contact_list_id", flat=True))
    made = []
    for row in wanted:
        if row.contact_list_id not in own:
            own.add(row.contact_list_id)
            new = ListMembership.objects.create(contact=keep, contact_list_id=row.contact_list_id)
            ListMembership.objects.filter(pk=new.pk).update(joined_at=row.joined_at)
            made.append(new.pk)
    return made


def _unite_tags(keep: Contact, gone: Sequence[Contact]) -> list[int]:
    own = set(keep.contact_tags.values_list("tag_id", flat=True))
    wanted = set(ContactTag.objects.filter(contact__in=gone).values_list("tag_id", flat=True)) - own
    return [ContactTag.objects.create(contact=keep, tag_id=tag_id).pk for tag_id in sorted(wanted)]


def _move_consents(keep: Contact, gone: Sequence[Contact]) -> dict[str, list[int]]:
    moved = {}
    own_imports = Consent.objects.filter(contact=keep, import_id__isnull=False).values("import_id")
    for person in gone:
        # One import's consent stands once with a person.
        rows = Consent.objects.filter(contact_id=person.pk).exclude(import_id__in=own_imports)
        moved[str(person.pk)] = list(rows.values_list("pk", flat=True))
        Consent.objects.filter(pk__in=moved[str(person.pk)]).update(contact=keep)
    return moved


def _write_import_consents(keep: Contact, gone: Sequence[Contact]) -> list[int]:
    written = [pass_on_import_consent(person, to=keep) for person in gone]
    return [row.pk for row in written if row is not None]


def _suppress_too(keep: Contact, gone: Sequence[Contact], *, actor: User | None) -> int | None:
    keys = [person.address_key for person in gone]
    said_no = Suppression.objects.filter(address_key__in=keys, reason__in=SAID_NO).order_by("created_at").first()
    if said_no is None:
        return None
    row, created = Suppression.objects.get_or_create(
        address_key=keep.address_key,
        defaults={
            "address": keep.address,
            "reason": said_no.reason,
            "source": Suppression.Source.OPERATOR,
            "note": _("Merged with %s") % said_no.address,
            "created_by": actor,
        },
    )
    return row.pk if created else None


def _addresses_of(gone: Sequence[Contact]) -> list[tuple[str, str]]:
    """Addresses of those who go, with those that they had taken over themselves."""
    former = FormerAddress.objects.filter(contact__in=gone).values_list("address", "address_key")
    return [*((person.address, person.address_key) for person in gone), *former]


def _remember_addresses(keep: Contact, addresses: Sequence[tuple[str, str]]) -> list[int]:
    made = []
    for address, key in addresses:
        row, _created = FormerAddress.objects.update_or_create(
            address_key=key, defaults={"address": address, "contact": keep}
        )
        made.append(row.pk)
    return made


def _record(keep: Contact, gone: Sequence[Contact], merged: MergedDict, *, actor: User | None) -> BulkChange:
    change = BulkChange.objects.create(
        deed=BulkChange.Deed.MERGE,
        status=BulkChange.Status.COMPLETED,
        label=keep.address[:300],
        query=f"ids={keep.pk}",
        people_count=len(gone) + 1,
        done_count=len(gone) + 1,
        changed_count=1,
        created_by=actor,
        finished_at=timezone.now(),
    )
    BulkUndo.objects.create(change=change, contact_id=keep.pk, before=merged)
    record_activity("contacts.merged", actor=actor, target=change, people=len(gone) + 1, into=keep.pk)
    return change
