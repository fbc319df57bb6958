"""What every import task does around its pass: claim, give up after too many crashes, settle what went wrong."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.importing.models import ContactImport
from campaigns.importing.passes import MAX_CLAIMS, Hold, HoldLost, claim_import, settle_file_problem
from campaigns.importing.problems import FileProblem, ProblemCode
from portal.errors import OutsideError, Throttled, Unavailable
from portal.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.queues import TaskName

logger = logging.getLogger(__name__)

RETRY_S = 30


def work_on(import_id: int, status: ContactImport.Status, task: TaskName, *, go_on: Callable[[Hold], bool]) -> None:
    """Claim the import and let `go_on` work; it returns True when it has given the import back with its new state.

    Safe to run twice: only the worker that gets the claim goes on. A file that cannot be read, and a service outside
    that fails, are settled here.
    """
    hold = claim_import(import_id, status)
    if hold is None:
        return
    try:
        if hold.contact_import.claim_count > MAX_CLAIMS:
            _give_up(hold)
        elif not go_on(hold):
            hold.give_back()
            publish(task, import_id=import_id)
    except HoldLost:
        logger.info("import.hold_lost", extra={"import_id": import_id})
    except FileProblem as problem:
        settle_file_problem(hold, problem)
    except OutsideError as error:
        logger.warning("import.postponed", extra={"import_id": import_id, "service": error.service, "code": error.code})
        if isinstance(error, Throttled | Unavailable):
            hold.forget_claim()  # an outage is no reason to give up, however long it lasts
        hold.give_back(retry_in_s=RETRY_S)


def _give_up(hold: Hold) -> None:
    """Something kills every worker that goes on with it: let people see that instead of trying for ever."""
    hold.end(
        status=ContactImport.Status.FAILED,
        file_problem={"code": ProblemCode.KEEPS_FAILING.value},
        finished_at=timezone.now(),
    )
    logger.error("import.gave_up", extra={"import_id": hold.contact_import.pk})
