"""What imports leave behind, and when it goes: uploads that never came, and files full of people."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from campaigns.importing.models import ContactImport
from campaigns.importing.rejects import part_keys
from portal.errors import OutsideError
from portal.files import delete_file

logger = logging.getLogger(__name__)

Status = ContactImport.Status
ABANDONED_AFTER = timedelta(days=1)
_FILES_PER_SWEEP = 20


def close_abandoned_uploads() -> int:
    """Cancel imports whose file has not come for a day; returns how many."""
    limit = timezone.now() - ABANDONED_AFTER
    abandoned = ContactImport.objects.filter(status=Status.UPLOADING, created_at__lt=limit)
    return abandoned.update(status=Status.CANCELLED, finished_at=timezone.now())


def delete_old_files() -> int:
    """Delete the files of imports that stand for good; returns how many imports. A few at a time: called by the sweep.

    The import itself stays as the record; who needs the file has the original.
    """
    limit = timezone.now() - timedelta(days=settings.UNDO_IMPORT_DAYS)
    final = (Status.COMPLETED, Status.CANCELLED, Status.FAILED, Status.UNDONE)
    old = ContactImport.objects.filter(status__in=final, finished_at__lt=limit).exclude(file_key="")
    deleted_count = 0
    for contact_import in old.order_by("pk")[:_FILES_PER_SWEEP]:
        try:
            for key in (contact_import.file_key, contact_import.rejects_key, *part_keys(contact_import)):
                if key:
                    delete_file(key)
        except OutsideError as error:
            logger.warning("import.files_kept", extra={"import_id": contact_import.pk, "code": error.code})
            break
        ContactImport.objects.filter(pk=contact_import.pk).update(file_key="", rejects_key="")
        deleted_count += 1
    return deleted_count
