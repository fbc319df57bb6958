"""What was changed of one person by hand, field by field, so that it can be read later and undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User

PLAIN_FIELDS = ("address", "first_name", "last_name", "time_zone")
ATTRIBUTE_PREFIX = "attributes."


class ChangesDict(TypedDict, total=False):
    """As it is stored. Fields are [old, new] by name, attributes under `attributes.<name>`; groups are names by id."""

    fields: dict[str, list[str]]
    joined: dict[str, str]  # list id: name
    left: dict[str, str]
    tagged: dict[str, str]  # tag id: name
    untagged: dict[str, str]


class ContactEdit(models.Model):
    """One edit of one contact by hand, with the values before and after.

    Written with the edit, and again when it is undone. The values are personal, so they stand here and not in the
    activity log: the row goes with its contact.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="edits", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True, default="")  # kept when the account goes
    changes = models.JSONField(default=dict)  # ChangesDict
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")

    class Meta:
        verbose_name = gettext_lazy("edit of a contact")
        verbose_name_plural = gettext_lazy("edits of contacts")
        ordering = ("-id",)
        indexes = (models.Index(fields=("contact", "-id"), name="contact_edit"),)

    def __str__(self) -> str:
        return f"{self.contact_id}, {self.by_name}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One contact as it stood: plain values, and groups by id with their names."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def snapshot(contact_id: int) -> Snapshot:
    """The contact as the database has it now; an empty one where there is none."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        return Snapshot()
    values = {name: str(getattr(contact, name)) for name in PLAIN_FIELDS}
    values |= {f"{ATTRIBUTE_PREFIX}{name}": str(value) for name, value in contact.attributes.items()}
    return Snapshot(
        values,
        {str(pk): name for pk, name in contact.lists.values_list("pk", "name")},
        {str(pk): name for pk, name in contact.tags.values_list("pk", "name")},
    )


def compare(before: Snapshot, after: Snapshot) -> ChangesDict:
    """What differs; {} when nothing does."""
    names = sorted({*before.values, *after.values})
    pairs = {name: [before.values.get(name, ""), after.values.get(name, "")] for name in names}
    changes: ChangesDict = {}
    if fields := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
        changes["fields"] = fields
    if joined := _only_in(after.lists, before.lists):
        changes["joined"] = joined
    if left := _only_in(before.lists, after.lists):
        changes["left"] = left
    if tagged := _only_in(after.tags, before.tags):
        changes["tagged"] = tagged
    if untagged := _only_in(before.tags, after.tags):
        changes["untagged"] = untagged
    return changes


def record_edit(
    contact: Contact, before: Snapshot, *, actor: User | None, undoes: ContactEdit | None = None
) -> ContactEdit | None:
    """Write down what has changed since `before`, and the deed in the activity log; None when nothing has.

    Call it at the end of the transaction that changes the contact.
    """
    changes = compare(before, snapshot(contact.pk))
    if not changes:
        return None
    names = [name.removeprefix(ATTRIBUTE_PREFIX) for name in changes.get("fields", {})]
    groups = [key for key in ("joined", "left", "tagged", "untagged") if key in changes]
    verb = "contact.edit_undone" if undoes else "contact.changed"
    record_activity(verb, actor=actor, target=contact, fields=[*names, *groups])
    by_name = actor.get_username() if actor else ""
    return ContactEdit.objects.create(contact=contact, by=actor, by_name=by_name, changes=changes, undoes=undoes)


@transaction.atomic
def undo_edit(edit_id: int, *, actor: User) -> ContactEdit | None:
    """Make the contact as it was before an edit. Raises Conflict where somebody has changed the same since."""
    edit = ContactEdit.objects.select_related("contact").get(pk=edit_id)
    contact = Contact.objects.select_for_update().get(pk=edit.contact_id)
    if edit.undone_by.exists():
        raise Conflict(_("This edit is undone already."))
    before = snapshot(contact.pk)
    _put_back_values(contact, edit.changes.get("fields", {}), before)
    _put_back_groups(contact, edit.changes)
    return record_edit(contact, before, actor=actor, undoes=edit)


def _put_back_values(contact: Contact, fields: dict[str, list[str]], now: Snapshot) -> None:
    for name, (old, new) in fields.items():
        if now.values.get(name, "") != new:
            raise Conflict(_("“%s” was changed again since. Edit it instead.") % name.removeprefix(ATTRIBUTE_PREFIX))
        attribute = name.removeprefix(ATTRIBUTE_PREFIX)
        if attribute == name:
            setattr(contact, name, old)
        elif old:
            contact.attributes[attribute] = old
        else:
            contact.attributes.pop(attribute, None)
    if "address" in fields and Contact.objects.filter(address_key=fields["address"][0].lower()).exclude(pk=contact.pk):
        raise Conflict(_("Somebody else has the address %s now.") % fields["address"][0])
    contact.save()


def _put_back_groups(contact: Contact, changes: ChangesDict) -> None:
    contact.memberships.filter(contact_list__in=_ids(changes.get("joined", {}))).delete()
    contact.contact_tags.filter(tag__in=_ids(changes.get("tagged", {}))).delete()
    lists = ContactList.objects.filter(pk__in=_ids(changes.get("left", {})))
    lists = lists.exclude(opt_outs__address_key=contact.address_key)  # what the person said since stays
    tags = Tag.objects.filter(pk__in=_ids(changes.get("untagged", {})))
    ListMembership.objects.bulk_create(
        [ListMembership(contact_list=each, contact=contact) for each in lists], ignore_conflicts=True
    )
    ContactTag.objects.bulk_create([ContactTag(tag=each, contact=contact) for each in tags], ignore_conflicts=True)


def _ids(names: Mapping[str, str]) -> list[int]:
    return [int(key) for key in names]


def _only_in(these: Mapping[str, str], those: Mapping[str, str]) -> dict[str, str]:
    return {key: name for key, name in these.items() if key not in those}
