"""Everything but mail on a person's time line: imports, edits, groups, consent, suppression, deeds on many."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.audience.consent import Consent, consents_of
from campaigns.audience.edits import ATTRIBUTE_PREFIX, ContactEdit
from campaigns.audience.fields import ContactField
from campaigns.bulk.models import BulkChange, BulkUndo
from campaigns.importing.models import ContactImport, ImportChange
from campaigns.person.entries import Change, Entry, Kind
from campaigns.suppression.models import EndedSuppression, Suppression
from portal.deed_words import deed_word
from portal.models import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from campaigns.audience.models import Contact

_SHOWN_BULK_CHANGES = 500  # the newest; what undoing needs is kept for some days only
_TOLD_ELSEWHERE = frozenset({"contact.changed", "contact.edit_undone", "contact.consent_recorded"})


def import_entries(contact: Contact) -> Iterator[Entry]:
    """Each import that made, changed or grouped the person."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for membership in contact.memberships.filter(import_id__isnull=False).select_related("contact_list"):
        groups[membership.import_id or 0].append(str(membership.contact_list))
    for put in contact.contact_tags.filter(import_id__isnull=False).select_related("tag"):
        groups[put.import_id or 0].append(str(put.tag))
    changed = dict(ImportChange.objects.filter(contact=contact).values_list("contact_import_id", "changed_at"))
    agreed = set(Consent.objects.filter(contact=contact, import_id__isnull=False).values_list("import_id", flat=True))
    ids = {*groups, *changed, *agreed, contact.created_import_id or 0}
    for found in ContactImport.objects.filter(pk__in=ids).select_related("created_by"):
        is_maker = found.pk == contact.created_import_id
        noted = _("consent noted") if found.consent and (is_maker or found.pk in agreed) else ""
        yield Entry(
            at=contact.created_at if is_maker else changed.get(found.pk) or found.finished_at or found.created_at,
            key=f"import-{found.pk}",
            kind=Kind.IMPORT,
            word=_("imported") if is_maker else _("in an import"),
            what=found.file_name,
            url=reverse("admin:campaigns_contactimport_change", args=[found.pk]),
            permission="campaigns.view_contactimport",
            words=", ".join([*sorted(groups.get(found.pk, ())), *([noted] if noted else [])]),
            who=found.created_by.get_username() if found.created_by else "",
        )


def edit_entries(contact: Contact) -> Iterator[Entry]:
    """Edits by hand, with what was there before and after."""
    labels = field_labels()
    for edit in ContactEdit.objects.filter(contact=contact):
        fields = edit.changes.get("fields", {})
        changes = [Change(label_of(name, labels), old, new) for name, (old, new) in sorted(fields.items())]
        yield Entry(
            at=edit.at,
            key=f"edit-{edit.pk}",
            kind=Kind.EDIT if fields else Kind.GROUP,
            word=_("undone") if edit.undoes_id else _("changed"),
            words="; ".join(_group_words(edit)),
            who=edit.by_name,
            changes=tuple(changes),
        )


def group_entries(contact: Contact) -> Iterator[Entry]:
    """Lists that the person is on, unless an edit or an import says so already."""
    told = set()
    for changes in ContactEdit.objects.filter(contact=contact).values_list("changes", flat=True):
        told.update(changes.get("joined", {}))
    rows = contact.memberships.filter(import_id=None).select_related("contact_list")
    for membership in rows:
        if str(membership.contact_list_id) not in told:
            yield Entry(
                membership.joined_at,
                f"list-{membership.pk}",
                Kind.GROUP,
                _("joined"),
                what=str(membership.contact_list),
            )


def bulk_entries(contact: Contact) -> Iterator[Entry]:
    """Deeds on many people that changed this one."""
    recent = BulkChange.objects.filter(status=BulkChange.Status.COMPLETED).order_by("-pk")
    ids = list(recent.values_list("pk", flat=True)[:_SHOWN_BULK_CHANGES])
    touched = BulkUndo.objects.filter(change_id__in=ids, contact_id=contact.pk).values_list("change_id", flat=True)
    for change in BulkChange.objects.filter(pk__in=list(touched)).select_related("created_by"):
        is_edit = change.deed in {BulkChange.Deed.SET_FIELD, BulkChange.Deed.MERGE}
        yield Entry(
            at=change.finished_at or change.created_at,
            key=f"bulk-{change.pk}",
            kind=Kind.EDIT if is_edit else Kind.GROUP,
            word=_("together with others"),
            what=str(change),
            who=change.created_by.get_username() if change.created_by else "",
        )


def deed_entries(contact: Contact) -> Iterator[Entry]:
    """What the activity log says about the person, where nothing above says it better."""
    deeds = Activity.objects.filter(object_type="campaigns.contact", object_id=str(contact.pk))
    was_added = False
    for deed in deeds.exclude(verb__in=_TOLD_ELSEWHERE):
        was_added = was_added or deed.verb == "contact.added"
        words = deed_word(deed.verb)
        yield Entry(deed.at, f"deed-{deed.pk}", Kind.EDIT, words, who=deed.actor_name)
    if not was_added and contact.created_import_id is None:
        yield Entry(contact.created_at, "added", Kind.EDIT, _("added"))


def consent_entries(contact: Contact) -> Iterator[Entry]:
    """Consent that no import brought; with those it stands at the import."""
    for number, record in enumerate(consents_of(contact)):
        if record.import_id or record.at is None:
            continue
        yield Entry(
            at=record.at,
            key=f"consent-{number}",
            kind=Kind.CONSENT,
            word=str(record.kind.label),
            tone="good" if record.is_given else "warn",
            what=record.contact_list,
            words=", ".join(part for part in (str(record.source.label), record.wording) if part),
            who=record.by,
        )


def stop_entries(keys: Iterable[str]) -> Iterator[Entry]:
    """When mail to these addresses was stopped, and when it was let go again."""
    keys = list(keys)
    for stop in Suppression.objects.filter(address_key__in=keys).select_related("created_by"):
        who = stop.created_by.get_username() if stop.created_by else ""
        url = reverse("admin:campaigns_suppression_change", args=[stop.pk])
        words = ", ".join(part for part in (str(stop.get_reason_display()), stop.note) if part)
        yield Entry(
            stop.created_at, f"stop-{stop.pk}", Kind.STOP, _("stopped"), "bad", words=words, who=who,
            what=_("gets no mail since then"), url=url, permission="campaigns.view_suppression",
        )  # fmt: skip
    for ended in EndedSuppression.objects.filter(address_key__in=keys):
        words = ", ".join(part for part in (str(ended.get_reason_display()), ended.note) if part)
        yield Entry(
            ended.began_at, f"ended-{ended.pk}", Kind.STOP, _("stopped"), "bad", words=words, who=ended.began_by_name
        )
        yield Entry(
            ended.ended_at, f"released-{ended.pk}", Kind.STOP, _("may get mail again"), "good", words=ended.why,
            who=ended.ended_by_name,
        )  # fmt: skip


def field_labels() -> dict[str, str]:
    """Labels of attributes by their name."""
    return dict(ContactField.objects.values_list("name", "label"))


def label_of(name: str, labels: dict[str, str]) -> str:
    """How a field is called on screens: `first_name`, or `attributes.city`."""
    attribute = name.removeprefix(ATTRIBUTE_PREFIX)
    if attribute != name:
        return labels.get(attribute, attribute)
    return {
        "address": _("Address"), "first_name": _("First name"), "last_name": _("Last name"), "time_zone": _("Time zone"),
    }.get(name, name)  # fmt: skip


def _group_words(edit: ContactEdit) -> Iterator[str]:
    words = {
        "joined": _("joined %s"), "left": _("left %s"), "tagged": _("tagged %s"), "untagged": _("no longer tagged %s"),
    }  # fmt: skip
    for key, text in words.items():
        if names := edit.changes.get(key):
            yield text % ", ".join(f"“{name}”" for name in names.values())
