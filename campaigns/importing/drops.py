"""Files dropped into the bucket under `uploads/`: from the S3 event to the check, by the settings of their folder.

What S3 says may come twice, late or in any order; key and etag of the object make it one import.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from campaigns.importing.columns import ADDRESS, problem_with_targets
from campaigns.importing.models import ContactImport, DropFolder
from campaigns.importing.problems import FileProblem, ProblemCode
from campaigns.importing.services import Choices, start_check
from campaigns.importing.uploads import adopt_file, apply_look, file_key_of, first_look, shown_name
from campaigns.importing.work import work_on
from portal.activity import record_activity
from portal.aws.s3 import CreatedObject, created_objects
from portal.files import FileMissing, take_in
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.importing.passes import Hold

logger = logging.getLogger(__name__)

PREFIX = "uploads/"
SUFFIX = ".csv"


def receive_upload_events(bodies: Iterable[str]) -> int:
    """Make an import for every CSV that S3 says was dropped under `uploads/`; returns how many are new.

    `bodies` are S3 notifications as JSON. Everything else in them (other buckets, prefixes and endings, folders, test
    events) is passed over, as is an object that has its import already; what is no S3 notification is logged.
    """
    received_count = 0
    for body in bodies:
        try:
            objects = created_objects(json.loads(body))
        except (ValueError, KeyError, TypeError):
            logger.warning("import.event_unreadable", extra={"length": len(body)})
            continue
        received_count += sum(_receive(found) for found in objects if _is_wanted(found))
    return received_count


def _is_wanted(found: CreatedObject) -> bool:
    is_ours = found.bucket == settings.UPLOADS_BUCKET  # an event must not make us read what its sender may not
    return is_ours and found.key.startswith(PREFIX) and found.key.lower().endswith(SUFFIX)


def _receive(found: CreatedObject) -> bool:
    """Make the import of one dropped object; False when it has one."""
    try:
        with transaction.atomic():
            contact_import = ContactImport.objects.create(
                status=ContactImport.Status.RECEIVED,
                source=ContactImport.Source.DROPPED,
                file_name=shown_name(found.key),
                file_bytes=found.size_bytes,
                dropped_bucket=found.bucket,
                dropped_key=found.key,
                dropped_etag=found.etag,
                drop_folder=folder_of(found.key),
            )
            record_activity("import.dropped", actor=None, target=contact_import, key=found.key)
            publish(TaskName.CHECK_IMPORT, import_id=contact_import.pk)
    except IntegrityError:  # the same object again: S3 and SQS deliver at least once
        return False
    return True


def folder_of(key: str) -> DropFolder | None:
    """The drop folder of an object: the longest prefix that has one; None when nobody made one."""
    path = key.removeprefix(PREFIX).rpartition("/")[0]
    parts = path.split("/") if path else []
    prefixes = ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]
    found = {folder.prefix.strip("/"): folder for folder in DropFolder.objects.filter(prefix__in=prefixes)}
    return next((found[prefix] for prefix in prefixes if prefix in found), None)


def take_in_dropped(import_id: int) -> None:
    """Copy a dropped file to our own, look at it, and begin its check; does nothing for imports past that.

    Without a drop folder, or where the columns are not clear, it waits for a person at the columns step.
    """
    work_on(import_id, ContactImport.Status.RECEIVED, TaskName.CHECK_IMPORT, go_on=_take_in)


def _take_in(hold: Hold) -> bool:
    contact_import = hold.contact_import
    contact_import.file_key = file_key_of(contact_import)
    try:
        take_in(contact_import.dropped_bucket, contact_import.dropped_key, key=contact_import.file_key)
    except FileMissing as error:
        raise FileProblem(ProblemCode.FILE_MISSING) from error
    adopt_file(contact_import)
    apply_look(contact_import, first_look(contact_import))
    with transaction.atomic():
        hold.keep()
        contact_import.status = ContactImport.Status.COLUMNS
        contact_import.lease_token, contact_import.lease_until, contact_import.claim_count = "", None, 0
        contact_import.save()
        _check_by_folder(contact_import)
    return True


def _check_by_folder(contact_import: ContactImport) -> None:
    folder = contact_import.drop_folder
    targets = [column["target"] for column in contact_import.columns]
    if folder is None or problem_with_targets(targets) is not None:
        logger.info("import.waits_for_person", extra={"import_id": contact_import.pk, "address": ADDRESS in targets})
        return
    choices = Choices(
        targets=targets,
        on_existing=folder.on_existing,
        contact_list=folder.contact_list,
        tag_names=[*folder.tags.values_list("name", flat=True), *_people_tag(contact_import, folder)],
        consent=folder.consent,
    )
    start_check(contact_import.pk, choices, actor=folder.consent_by)
    ContactImport.objects.filter(pk=contact_import.pk).update(imports_by_itself=True)


def _people_tag(contact_import: ContactImport, folder: DropFolder) -> list[str]:
    """Everybody in the file carries a tag of its own, where a campaign goes to exactly these people."""
    return [contact_import.people_tag] if folder.campaign is not None and folder.send_by_itself else []
