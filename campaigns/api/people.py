"""Writing contacts for programs: one by address, or the recipients of a campaign, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.api.named import named, read_address
from campaigns.api.problems import Problem, in_field
from campaigns.api.schemas import as_text
from campaigns.audience.attribute_forms import read_by_type
from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.edits import record_edit, snapshot
from campaigns.audience.field_services import make_fields
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership
from campaigns.audience.services import get_or_create_tag
from campaigns.importing.columns import is_attribute_name
from campaigns.preferences.opt_outs import joinable
from campaigns.privacy.forgotten import forgotten_among, is_forgotten
from portal.activity import record_activity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import User

    from campaigns.api.schemas import ConsentIn, ContactIn, RecipientIn, Value

MAX_VALUE_CHARS = 10_000
_CHANGED = ("first_name", "last_name", "first_name_key", "last_name_key", "attributes", "updated_at")


@dataclass(frozen=True, slots=True)
class Written:
    """The people of a request: who is to be written to, and how many asked to be forgotten and stay so."""

    contact_ids: list[int]
    left_out: int


@transaction.atomic
def upsert_contact(wanted: ContactIn, *, actor: User | None) -> tuple[Contact, bool]:
    """Add the person, or change what is given; True for a new one. Raises Problem naming the field."""
    address = read_address(wanted.email, field="email")
    if is_forgotten(address.key):
        text = _("This person asked to be forgotten. Only they can come back, through a sign-up form.")
        raise Problem(409, "conflict", text)
    contact = Contact.objects.select_for_update().filter(address_key=address.key).first()
    is_new = contact is None
    contact = contact or Contact(address=address.address)
    before = None if is_new else snapshot(contact.pk)
    _fill(contact, wanted.first_name, wanted.last_name, wanted.attributes, place="attributes")
    contact.time_zone = _time_zone(wanted.time_zone, contact.time_zone)
    contact.save()
    make_fields(contact.attributes, actor=actor)
    _join(contact, wanted)
    if wanted.consent is not None:
        _record_consent(contact, wanted.consent, actor)
    if before is None:
        record_activity("contact.added", actor=actor, target=contact, through="API")
    else:
        record_edit(contact, before, actor=actor)
    return contact, is_new


@transaction.atomic
def write_recipients(recipients: Sequence[RecipientIn], *, actor: User | None) -> Written:
    """Add the recipients of a campaign to the contacts and change what is given of those who are there.

    A few statements, however many they are. Raises Problem naming the recipient.
    """
    wanted: dict[str, tuple[int, str, RecipientIn]] = {}
    for number, recipient in enumerate(recipients):
        address = read_address(recipient.email, field=f"recipients[{number}].email")
        wanted.setdefault(address.key, (number, address.address, recipient))
    gone = forgotten_among(wanted)
    known = {contact.address_key: contact for contact in _held([key for key in wanted if key not in gone])}
    new: list[Contact] = []
    changed: list[Contact] = []
    for key, (number, address_text, recipient) in wanted.items():
        if key in gone:
            continue
        contact = known.get(key) or Contact(address=address_text, address_key=key)
        _fill(
            contact, recipient.first_name, recipient.last_name, recipient.values, place=f"recipients[{number}].values"
        )
        (changed if contact.pk else new).append(_with_keys(contact))
    Contact.objects.bulk_create(new, ignore_conflicts=True)
    Contact.objects.bulk_update(changed, _CHANGED, batch_size=200)
    make_fields({name for contact in (*new, *changed) for name in contact.attributes}, actor=actor)
    keys = [contact.address_key for contact in (*new, *changed)]
    ids = list(Contact.objects.filter(address_key__in=keys).values_list("pk", flat=True))
    return Written(ids, len(gone))


def own_list(name: str, contact_ids: Sequence[int]) -> ContactList:
    """A new list of exactly these people."""
    stamp = timezone.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    made = ContactList.objects.create(name=f"{name[:80]}, {stamp}", description=_("Made by the API."))
    rows = [ListMembership(contact_list=made, contact_id=contact_id) for contact_id in contact_ids]
    ListMembership.objects.bulk_create(rows, batch_size=2_000)
    return made


def _held(keys: Sequence[str]) -> list[Contact]:
    return list(Contact.objects.select_for_update().filter(address_key__in=keys).order_by("pk"))


def _fill(
    contact: Contact, first_name: str | None, last_name: str | None, values: Mapping[str, Value], *, place: str
) -> None:
    """Put in what is given; an empty value takes away what was there."""
    contact.first_name = contact.first_name if first_name is None else first_name
    contact.last_name = contact.last_name if last_name is None else last_name
    typed = {name: as_text(value).strip() for name, value in values.items()}
    for name, text in typed.items():
        if not is_attribute_name(name):
            shown = _("“%s” cannot be a name: small letters, digits and _, a letter first, and no field of contacts.")
            raise in_field(f"{place}.{name[:60]}", shown % name[:60], code="name")
        if len(text) > MAX_VALUE_CHARS:
            raise in_field(f"{place}.{name}", _("At most %d characters.") % MAX_VALUE_CHARS, code="too_long")
    try:
        stored = read_by_type({name: text for name, text in typed.items() if text}, before=contact.attributes)
    except ValidationError as error:
        raise in_field(place, " ".join(error.messages), code="misfit") from error
    kept = {name: value for name, value in contact.attributes.items() if name not in typed}
    contact.attributes = {**kept, **stored}


def _with_keys(contact: Contact) -> Contact:
    """As Contact.save leaves it, for writing in bulk."""
    contact.first_name, contact.last_name = " ".join(contact.first_name.split()), " ".join(contact.last_name.split())
    contact.first_name_key = contact.first_name.casefold()[:150]
    contact.last_name_key = contact.last_name.casefold()[:150]
    contact.updated_at = timezone.now()
    return contact


def _time_zone(wanted: str | None, before: str) -> str:
    if wanted is None:
        return before
    if wanted and wanted not in available_timezones():
        raise in_field("time_zone", _("There is no time zone “%s”. Write it like Europe/Berlin.") % wanted)
    return wanted


def _join(contact: Contact, wanted: ContactIn) -> None:
    lists = [named(ContactList.objects.all(), each, field=f"lists[{place}]") for place, each in enumerate(wanted.lists)]
    ListMembership.objects.bulk_create(
        [ListMembership(contact_list_id=pk, contact=contact) for pk in joinable(contact, [each.pk for each in lists])],
        ignore_conflicts=True,
    )
    ContactTag.objects.bulk_create(
        [ContactTag(tag=get_or_create_tag(name), contact=contact) for name in wanted.tags], ignore_conflicts=True
    )


def _record_consent(contact: Contact, given: ConsentIn, actor: User | None) -> None:
    if given.at is not None and timezone.is_naive(given.at):
        raise in_field("consent.at", _("Say the zone, too: 2026-11-22T10:00:00Z."))
    if given.at is not None and given.at > timezone.now():
        raise in_field("consent.at", _("Nobody has agreed in the future."))
    contact_list = (
        None
        if given.contact_list is None
        else named(ContactList.objects.all(), given.contact_list, field="consent.list")
    )
    record_consent(
        contact, source=Consent.Source.API, contact_list=contact_list, wording=given.wording,
        actor=actor, at=given.at,
    )  # fmt: skip
