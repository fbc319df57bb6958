"""The sweep's share of bulk work: hints for what is due, and what goes when its time is over."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from campaigns.bulk.duplicates import forget_old_scans
from campaigns.bulk.models import BulkChange, BulkUndo, DuplicateScan
from campaigns.bulk.run import AT_WORK
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

CHANGES_PER_SWEEP = 20


def sweep_bulk_work() -> int:
    """Publish a hint for everything that has work and no worker; returns how many. Forgets what is too old to undo."""
    changes = list(BulkChange.objects.filter(is_due(), status__in=AT_WORK).values_list("pk", flat=True))
    for change_id in changes:
        publish(TaskName.RUN_BULK_CHANGE, change_id=change_id)
    looking = DuplicateScan.objects.filter(is_due(), status=DuplicateScan.Status.RUNNING)
    scans = list(looking.values_list("pk", flat=True))
    for scan_id in scans:
        publish(TaskName.FIND_DUPLICATES, scan_id=scan_id)
    forget_undo_rows()
    forget_old_scans()
    return len(changes) + len(scans)


def forget_undo_rows() -> int:
    """Delete what undoing needs of changes that stand for good; returns how many rows. People deleted are gone now."""
    limit = timezone.now() - timedelta(days=settings.UNDO_BULK_DAYS)
    over = BulkChange.objects.filter(Q(finished_at__lt=limit) & ~Q(status=BulkChange.Status.UNDOING))
    with_rows = BulkUndo.objects.filter(change_id__in=over.values("pk")).values_list("change_id", flat=True).distinct()
    return BulkUndo.objects.filter(change_id__in=list(with_rows[:CHANGES_PER_SWEEP])).delete()[0]
