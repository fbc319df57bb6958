"""What failed, to look at: messages put aside, failed rows, and trying them again."""

from __future__ import annotations

from types import SimpleNamespace

from django.utils import timezone

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.importing.models import ContactImport
from portal.failures.bodies import Letter
from portal.failures.models import FailedMessage, Redrive
from portal.failures.notes import Cause, note_failure
from portal.queues import QUEUES, QueueName


def failed_message(
    number: int = 1,
    *,
    queue: QueueName = QueueName.IMPORTS,
    reason: str = "The file is no longer there.",
    receives: int = 5,
) -> FailedMessage:
    """A hint that failed `receives` times, at the last one for good when that is the most."""
    letter = Letter(f"hint-{queue}-{number}", "campaigns.check_import", {"import_id": number})
    note_failure(QUEUES[queue], letter, Cause("OutsideError", reason), receive_count=receives)
    return FailedMessage.objects.get(queue=queue, message_key=letter.key)


def failed_export(**options: object) -> Export:
    """One that kept stopping."""
    given = {
        "problem": "Writing it kept stopping on the way.",
        "finished_at": timezone.now(),
        "part_count": 2,
        **options,
    }
    return Export.objects.create(source=Export.Source.CONTACTS, status=Export.Status.FAILED, **given)


def failed_import(code: str = "keeps_failing", **options: object) -> ContactImport:
    """One that failed for this problem."""
    given = {"file_name": "people.csv", "columns": [{"target": "address"}], "finished_at": timezone.now(), **options}
    return ContactImport.objects.create(status=ContactImport.Status.FAILED, file_problem={"code": code}, **given)


def failed_change(**options: object) -> BulkChange:
    """One that stopped after a part of its people."""
    given = {"problem": "It kept stopping on the way.", "people_count": 40, "finished_at": timezone.now(), **options}
    return BulkChange.objects.create(
        deed=BulkChange.Deed.ADD_TAG, label="choir", status=BulkChange.Status.FAILED, **given
    )


def failures_of_all_kinds() -> None:
    """Some of everything."""
    for number in range(12):
        failed_message(number)
    failed_message(3, queue=QueueName.SES_EVENTS, reason="invalid literal for int(): 'x'")
    failed_export()
    failed_import()
    failed_import("file_missing")
    failed_change()
    a_stopped_redrive()


def a_dead_queue() -> SimpleNamespace:
    """The queue whose messages were put aside; its name stands where ids stand in addresses."""
    failed_message()
    return SimpleNamespace(pk="imports")


def a_redrive_at_work() -> Redrive:
    """The first one was given back, and nothing is known of it yet."""
    return Redrive.objects.create(
        place="queue:imports", label="Queue imports: The file is no longer there.", planned_count=50,
        status=Redrive.Status.WAITING, first_key="hint", first_at=timezone.now(),
    )  # fmt: skip


def a_stopped_redrive() -> Redrive:
    """The first one failed again."""
    return Redrive.objects.create(
        place="queue:imports", label="Queue imports: The file is no longer there.", planned_count=50,
        status=Redrive.Status.STOPPED, finished_at=timezone.now(),
        problem="The first one failed again: OutsideError: The file is no longer there.",
    )  # fmt: skip
