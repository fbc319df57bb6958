"""Files that name a person: exports and imports that are still kept. Each is read through; those that do are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.attachments.of_person import forget_personal_files
from campaigns.exports.models import Export
from campaigns.exports.write import delete_parts
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.rejects import part_keys
from campaigns.privacy.redact import redact_problems
from campaigns.privacy.subject import naming
from portal.files import FileMissing, delete_file, open_file

if TYPE_CHECKING:
    from campaigns.privacy.subject import Subject

_BLOCK_BYTES = 1024 * 1024
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_FINAL = (
    ContactImport.Status.COMPLETED,
    ContactImport.Status.CANCELLED,
    ContactImport.Status.FAILED,
    ContactImport.Status.UNDONE,
)


def delete_export_files(subject: Subject) -> dict[str, int]:
    """Delete the files that hold the person; one that is being written is stopped, since nobody knows what is in it."""
    stopped = 0
    for export in Export.objects.filter(status=Export.Status.WRITING):
        problem = _("A person was forgotten while it was written. Please ask for it again.")
        changes = {"status": Export.Status.CANCELLED, "finished_at": timezone.now(), "problem": problem}
        stopped += Export.objects.filter(pk=export.pk, status=Export.Status.WRITING).update(
            lease_token="", lease_until=None, **changes
        )
    deleted = 0
    for export in Export.objects.filter(status=Export.Status.READY).exclude(file_key=""):
        if not names_anybody(export.file_key, subject.address_keys):
            continue
        delete_parts(export)
        delete_file(export.file_key)
        Export.objects.filter(pk=export.pk).update(status=Export.Status.EXPIRED, file_key="", part_count=0)
        deleted += 1
    return {"export_files": deleted + stopped}


def delete_import_files(subject: Subject) -> dict[str, int]:
    """Delete the files of finished imports that hold the person, and what the imports keep of their rows.

    The file of an import that is still to run stays until then: it will leave the person out.
    """
    deleted = left = 0
    for contact_import in ContactImport.objects.exclude(file_key="", rejects_key=""):
        keys = [key for key in (contact_import.file_key, contact_import.rejects_key, *part_keys(contact_import)) if key]
        if not any(names_anybody(key, subject.address_keys) for key in keys):
            continue
        if contact_import.status not in _FINAL:
            left += 1
            continue
        for key in keys:
            delete_file(key)
        ContactImport.objects.filter(pk=contact_import.pk).update(file_key="", rejects_key="")
        deleted += 1
    _forget_samples(subject)
    return {"import_files": deleted, "import_files_in_use": left}


def delete_personal_files(subject: Subject) -> dict[str, int]:
    """Delete the files that campaigns have for this person; before the contact, whose fields name them."""
    return {"personal_files": forget_personal_files(subject.contact_ids)}


def names_anybody(file_key: str, address_keys: tuple[str, ...]) -> bool:
    """Whether one of the addresses stands in the file, whatever its case and encoding; False when there is no file."""
    needles = [key.encode(encoding) for key in address_keys for encoding in _ENCODINGS]
    if not needles:
        return False
    overlap = max(map(len, needles)) - 1
    try:
        with open_file(file_key) as stream:
            tail = b""
            while block := stream.read(_BLOCK_BYTES):
                text = (tail + block).lower()  # ASCII letters only, which is what addresses are made of
                if any(needle in text for needle in needles):
                    return True
                tail = text[-overlap:]
    except FileMissing:
        return False
    return False


def _forget_samples(subject: Subject) -> None:
    keys = subject.address_keys
    naming(ContactImport.objects.all(), "sample_rows", keys).update(sample_rows=[])
    for row in naming(ContactImport.objects.all(), "columns", keys):
        columns = [{**column, "examples": []} for column in row.columns]  # those of the other columns are theirs, too
        ContactImport.objects.filter(pk=row.pk).update(columns=columns)
    for model in (ContactImport, ImportBatch):
        for row in naming(model._base_manager.all(), "problems", keys):  # noqa: SLF001
            model._base_manager.filter(pk=row.pk).update(problems=redact_problems(row.problems, keys))  # noqa: SLF001
