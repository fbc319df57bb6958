"""Undoing an import: its people go, whom it changed become as they were; who was mailed or edited since stays.

In batches, each with its own commit; a killed undo goes on with what is left.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.importing.models import ContactImport, ImportChange
from campaigns.importing.passes import Hold
from campaigns.importing.staging_sql import restore_contacts
from campaigns.importing.work import work_on
from campaigns.sending.models import Delivery
from portal.activity import record_activity
from portal.queues import TaskName

logger = logging.getLogger(__name__)

BATCH_ROWS = 2_000


def undo_import(import_id: int) -> None:
    """Undo an import, or go on undoing it; ends in `undone`.

    Safe to run twice: only one worker holds the import, and what was undone is no longer found.
    """
    work_on(import_id, ContactImport.Status.UNDOING, TaskName.UNDO_IMPORT, go_on=_go_on)


def _go_on(hold: Hold) -> bool:
    _restore_changed(hold)
    _remove_created(hold)
    contact_import = hold.contact_import
    with transaction.atomic():
        hold.keep()
        _leave_lists(contact_import.pk)
        hold.end(status=ContactImport.Status.UNDONE, undone_at=timezone.now())
        contact_import.refresh_from_db()
        record_activity(
            "import.undone", actor=contact_import.undone_by, target=contact_import,
            removed=contact_import.removed_count, restored=contact_import.restored_count, kept=contact_import.kept_count,
        )  # fmt: skip
    logger.info("import.undone", extra={"import_id": contact_import.pk, "removed": contact_import.removed_count})
    return True


def _restore_changed(hold: Hold) -> None:
    changes = ImportChange.objects.filter(contact_import=hold.contact_import).order_by("pk")
    while True:
        with transaction.atomic():
            hold.keep()
            ids = list(changes.values_list("pk", flat=True)[:BATCH_ROWS])
            if not ids:
                return
            restored_count = restore_contacts(hold.contact_import.pk, last_change_id=ids[-1])
            changes.filter(pk__lte=ids[-1]).delete()
            hold.keep(
                restored_count=F("restored_count") + restored_count,
                kept_count=F("kept_count") + len(ids) - restored_count,
            )


def _remove_created(hold: Hold) -> None:
    contact_import = hold.contact_import
    created = Contact.objects.filter(created_import_id=contact_import.pk).order_by("pk")
    mailed = Exists(Delivery.objects.filter(address_key=OuterRef("address_key")))
    last_id = 0
    while True:
        with transaction.atomic():
            hold.keep()
            batch = list(created.filter(pk__gt=last_id).annotate(mailed=mailed)[:BATCH_ROWS])
            if not batch:
                return
            last_id = batch[-1].pk
            kept = [contact for contact in batch if contact.mailed or _was_edited(contact, contact_import)]
            removed_count = _remove([contact.pk for contact in batch if contact not in kept])
            Contact.objects.filter(pk__in=[contact.pk for contact in kept]).update(created_import_id=None)
            hold.keep(removed_count=F("removed_count") + removed_count, kept_count=F("kept_count") + len(kept))


def _was_edited(contact: Contact, contact_import: ContactImport) -> bool:
    return contact_import.finished_at is not None and contact.updated_at > contact_import.finished_at


def _remove(contact_ids: list[int]) -> int:
    return Contact.objects.filter(pk__in=contact_ids).delete()[1].get("campaigns.Contact", 0)


def _leave_lists(import_id: int) -> None:
    """Take those who stay off the list and the tags that the import put them on, and take its consent back."""
    ListMembership.objects.filter(import_id=import_id).delete()
    ContactTag.objects.filter(import_id=import_id).delete()
    Consent.objects.filter(import_id=import_id).delete()


def forget_undo_records(*, before_days: int) -> int:
    """Delete what undoing imports needs that are older than that many days; returns how many rows went."""
    limit = timezone.now() - timedelta(days=before_days)
    old = ContactImport.objects.filter(Q(finished_at__lt=limit) & ~Q(status=ContactImport.Status.UNDOING))
    return ImportChange.objects.filter(contact_import__in=old).delete()[0]
