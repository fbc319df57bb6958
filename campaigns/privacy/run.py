"""Forgetting a person, step by step; each step may be run twice, so a killed worker's successor goes on behind the last.

The hashes come first, so that no mail starts meanwhile; the ledger is gone through once more at the end, for a plan
that was under way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.privacy import erase_files, erase_inbound, erase_ledger, erase_person, erase_records
from campaigns.privacy.models import Erasure
from campaigns.privacy.subject import Subject, subject_from
from portal.activity import record_activity
from portal.errors import OutsideError
from portal.holds import Hold, HoldLost, take_hold

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

RETRY_S = 60
Status = Erasure.Status
STEPS: tuple[Callable[[Subject], dict[str, int]], ...] = (
    erase_person.keep_hashes,
    erase_files.delete_personal_files,
    erase_person.delete_contact,
    erase_ledger.forget_single_mails,  # found by their deliveries, too
    erase_ledger.anonymise_deliveries,
    erase_person.delete_signups,
    erase_person.delete_form_messages,
    erase_person.delete_webhook_posts,
    erase_person.anonymise_consents,
    erase_person.delete_wishes,
    erase_person.leave_guest_lists,
    erase_records.redact_activity,
    erase_records.redact_deeds,
    erase_inbound.delete_inbound_mail,
    erase_inbound.redact_inbound_mail,
    erase_inbound.delete_saved_examples,
    erase_files.delete_export_files,
    erase_files.delete_import_files,
    erase_ledger.anonymise_deliveries,
)


def run_erasure(erasure_id: int) -> None:
    """Forget the person, or go on forgetting them; ends in `completed`.

    Safe to run twice: only one worker holds the row, and what is forgotten is not there any more.
    """
    hold = take_hold(Erasure.objects.filter(pk=erasure_id), statuses=[Status.RUNNING])
    if hold is None:
        return
    try:
        if hold.is_hopeless:
            hold.end(status=Status.FAILED, problem=_("It kept stopping on the way. Press “Go on” to try it again."))
            return
        _go_on(hold)
    except HoldLost:
        logger.info("erasure.hold_lost", extra={"erasure": erasure_id})
    except OutsideError as error:
        logger.warning("erasure.postponed", extra={"erasure": erasure_id, "code": error.code})
        hold.give_back(retry_in_s=RETRY_S)


def _go_on(hold: Hold[Erasure]) -> None:
    erasure = hold.row
    subject = subject_from(erasure.subject)
    counts = dict(erasure.counts)
    for number in range(erasure.step, len(STEPS)):
        for name, count in STEPS[number](subject).items():
            counts[name] = counts.get(name, 0) + count
        hold.keep(step=number + 1, counts=counts)
    with transaction.atomic():
        named = erase_records.still_named(subject)
        hold.end(status=Status.COMPLETED, subject={}, counts=counts, still_named=named, finished_at=timezone.now())
        record_activity("person.forgotten", actor=_asked_by(erasure), label=f"#{erasure.pk}", counts=counts)
    logger.info("erasure.completed", extra={"erasure": erasure.pk})


def _asked_by(erasure: Erasure) -> User | None:
    return erasure.created_by
