"""What people do with an import after its file is there: check, accept fixes, import, cancel, undo.

Every service changes the row first and publishes a hint when that has committed; the workers do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.models import ContactList
from campaigns.importing import line_sql
from campaigns.importing.columns import header_key, problem_with_targets
from campaigns.importing.models import ColumnMapping, ContactImport, ImportBatch, OnExisting
from campaigns.importing.row_check import TAG_LENGTH
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

Status = ContactImport.Status
CANCELLABLE = (Status.UPLOADING, Status.RECEIVED, Status.COLUMNS, Status.CHECKING, Status.CHECKED, Status.IMPORTING)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose at the columns step; `targets` has one target per column, as in `columns.FIXED_TARGETS`."""

    targets: Sequence[str]
    on_existing: str = OnExisting.FILL_EMPTY
    contact_list: ContactList | None = None
    new_list_name: str = ""  # a list of this name is made, or used when there is one; goes before `contact_list`
    tag_names: Sequence[str] = field(default_factory=tuple)
    consent: bool = False


@transaction.atomic
def start_check(import_id: int, choices: Choices, *, actor: User | None) -> ContactImport:
    """Take the choices of the columns step and let a worker check the whole file (status `checking`).

    The mapping is remembered for files with the same headers. Raises InvalidInput where a choice cannot be, Conflict
    unless the import is at the columns or the check step.
    """
    contact_import = _locked(import_id, Status.COLUMNS, Status.CHECKED)
    _require_choices(contact_import, choices)
    contact_import.columns = [
        {**column, "target": target} for column, target in zip(contact_import.columns, choices.targets, strict=True)
    ]
    contact_import.on_existing = choices.on_existing
    contact_import.contact_list = _chosen_list(choices, actor=actor)
    contact_import.tag_names = clean_tag_names(choices.tag_names)
    _record_consent(contact_import, is_given=choices.consent, actor=actor)
    contact_import.fixes = {}
    contact_import.imports_by_itself = False
    begin_check(contact_import)
    _remember_mapping(contact_import)
    return contact_import


@transaction.atomic
def accept_fix(import_id: int, *, code: str, value: str, actor: User | None) -> ContactImport:
    """Accept the one-click fix of the problem group with this code and value, and check again.

    Raises InvalidInput when there is no such fix, Conflict unless the import is checked.
    """
    contact_import = _locked(import_id, Status.CHECKED)
    groups = contact_import.problems
    group = next((g for g in groups if g["code"] == code and g.get("value", "") == value and g.get("fix")), None)
    if group is None:
        raise InvalidInput(_("There is no such fix for this file."))
    kind, _colon, meant = group["fix"].partition(":")
    fixes = dict(contact_import.fixes)
    if kind == "domain":
        fixes["domains"] = {**fixes.get("domains", {}), value: meant}
    else:
        fixes["short_rows"] = True
    contact_import.fixes = fixes
    begin_check(contact_import)
    record_activity("import.fix_accepted", actor=actor, target=contact_import, fix=group["fix"])
    return contact_import


@transaction.atomic
def start_import(import_id: int, *, actor: User | None) -> ContactImport:
    """Let a worker bring the people in (status `importing`): from now on contacts are written.

    Raises Conflict unless the import is checked (also when somebody else started it a moment ago), InvalidInput when
    no row can be imported.
    """
    contact_import = _locked(import_id, Status.CHECKED)
    if not contact_import.importable_count:
        raise InvalidInput(_("No row of this file can be imported."))
    contact_import.status = Status.IMPORTING
    _reset_progress(contact_import)
    contact_import.save()
    record_activity(
        "import.started", actor=actor, target=contact_import, people=contact_import.importable_count,
        consent=contact_import.consent,
    )  # fmt: skip
    publish(TaskName.RUN_IMPORT, import_id=import_id)
    return contact_import


@transaction.atomic
def cancel_import(import_id: int, *, actor: User | None) -> ContactImport:
    """Stop an import for good; what was brought in already stays and can be undone. Raises Conflict when it is over."""
    contact_import = _locked(import_id, *CANCELLABLE)
    contact_import.status = Status.CANCELLED
    contact_import.finished_at = timezone.now()
    contact_import.lease_token, contact_import.lease_until = "", None
    contact_import.changed_count = contact_import.changes.count()
    contact_import.save()
    line_sql.forget_lines(import_id)
    record_activity("import.cancelled", actor=actor, target=contact_import, created=contact_import.created_count)
    return contact_import


@transaction.atomic
def start_undo(import_id: int, *, actor: User | None) -> ContactImport:
    """Let a worker undo an import (status `undoing`). Raises Conflict when it cannot be undone, or not any more."""
    contact_import = _locked(import_id, Status.COMPLETED, Status.CANCELLED, Status.FAILED)
    if not contact_import.can_undo:
        raise Conflict(_("“%s” cannot be undone: it changed nothing, or the time for it is over.") % contact_import)
    contact_import.status = Status.UNDOING
    contact_import.undone_by = actor
    contact_import.removed_count = contact_import.restored_count = contact_import.kept_count = 0
    contact_import.save()
    record_activity("import.undo_started", actor=actor, target=contact_import)
    publish(TaskName.UNDO_IMPORT, import_id=import_id)
    return contact_import


def clean_tag_names(names: Sequence[str]) -> list[str]:
    """Tag names without blanks around, empty ones and repeats. Raises InvalidInput for one that is too long."""
    cleaned = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    if any(len(name) > TAG_LENGTH for name in cleaned):
        raise InvalidInput(_("A tag has at most %d characters.") % TAG_LENGTH)
    return cleaned


def _locked(import_id: int, *allowed: Status) -> ContactImport:
    contact_import = ContactImport.objects.select_for_update().get(pk=import_id)
    if contact_import.status not in allowed:
        raise Conflict(
            _("“%(file)s” is %(status)s; this cannot be done now.")
            % {"file": contact_import.file_name, "status": contact_import.get_status_display()}
        )
    return contact_import


def _require_choices(contact_import: ContactImport, choices: Choices) -> None:
    if len(choices.targets) != len(contact_import.columns):
        raise InvalidInput(_("The columns of the file have changed meanwhile. Look at them again."))
    if choices.on_existing not in OnExisting.values:
        raise InvalidInput(_("Choose what to do with people who are here already."))
    kind, _colon, name = (problem_with_targets(choices.targets) or "").partition(":")
    if kind == "no_address":
        raise InvalidInput(_("Choose the column that holds the e-mail addresses."))
    if kind == "twice":
        raise InvalidInput(_("More than one column goes to “%s”.") % name.removeprefix("attribute:").replace("_", " "))
    if kind == "name":
        raise InvalidInput(
            _("“%s” cannot be the name of a field: use small letters a to z, digits and _, beginning with a letter.")
            % name
        )


def _chosen_list(choices: Choices, *, actor: User | None) -> ContactList | None:
    if not choices.new_list_name:
        return choices.contact_list
    found, is_new = ContactList.objects.get_or_create(name=choices.new_list_name)
    if is_new:
        record_activity("list.created", actor=actor, target=found)
    return found


def _record_consent(contact_import: ContactImport, *, is_given: bool, actor: User | None) -> None:
    contact_import.consent = is_given
    contact_import.consent_by = actor if is_given else None
    contact_import.consent_at = timezone.now() if is_given else None


def begin_check(contact_import: ContactImport) -> None:
    """Let a worker check the file from its beginning; call it in the transaction that holds the import."""
    contact_import.batches.filter(phase=ImportBatch.Phase.CHECK).delete()
    line_sql.forget_lines(contact_import.pk)
    contact_import.status = Status.CHECKING
    contact_import.problems, contact_import.file_problem, contact_import.rejects_key = [], {}, ""
    _reset_progress(contact_import)
    contact_import.save()
    publish(TaskName.CHECK_IMPORT, import_id=contact_import.pk)


def _reset_progress(contact_import: ContactImport) -> None:
    contact_import.done_bytes, contact_import.done_rows, contact_import.rows_per_s = 0, 0, 0.0
    contact_import.started_at, contact_import.finished_at = timezone.now(), None
    contact_import.lease_token, contact_import.lease_until, contact_import.retry_at = "", None, None
    contact_import.claim_count = 0


def _remember_mapping(contact_import: ContactImport) -> None:
    targets = {column["name"].casefold(): column["target"] for column in contact_import.columns}
    if contact_import.has_header:
        ColumnMapping.objects.update_or_create(header_key=header_key(targets), defaults={"targets": targets})
