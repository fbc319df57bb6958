"""Carrying a redrive out: one is tried first; only when that went well come the rest.

Each step is committed before and after what it does outside. A worker may be killed anywhere: its successor repeats at
most one step, and that sends a hint twice, which changes nothing, because a hint is only a hint.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import OutsideError, PortalError
from portal.failures.lanes import HIDDEN_S, Lane, Outcome, lane_of
from portal.failures.models import Redrive
from portal.failures.notes import forget_old_failures
from portal.holds import Hold, HoldLost, take_hold
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

Status = Redrive.Status
LOOK_EVERY_S = 2  # while the first one is on its way
OUTAGE_S = HIDDEN_S + 30  # what an interrupted turn held can be received again by then
NO_ANSWER_AFTER = timedelta(minutes=15)


def run_redrive(redrive_id: int) -> None:
    """Go on with it, from the step where it stands. Harmless when run twice: one worker holds it."""
    hold = take_hold(Redrive.objects.filter(pk=redrive_id), statuses=Redrive.OPEN)
    if hold is None:
        return
    try:
        if hold.is_hopeless:
            _stop(
                hold, _("The workers kept stopping on the way. Nothing is lost: what was not tried lies where it was.")
            )
        else:
            _go_on(hold, lane_of(hold.row))
    except HoldLost:
        logger.info("redrive.hold_lost", extra={"redrive_id": redrive_id})
    except OutsideError as error:
        logger.warning("redrive.postponed", extra={"redrive_id": redrive_id, "error": str(error)})
        hold.give_back(retry_in_s=OUTAGE_S)
    except PortalError as error:
        _stop(hold, str(error))


def sweep_redrives() -> int:
    """Publish a hint for every redrive that is due; returns how many. Forgets failures that SQS has forgotten too."""
    forget_old_failures()
    ids = list(Redrive.objects.filter(is_due(), status__in=Redrive.OPEN).values_list("pk", flat=True))
    for redrive_id in ids:
        publish(TaskName.REDRIVE, redrive_id=redrive_id)
    return len(ids)


def _go_on(hold: Hold[Redrive], lane: Lane) -> None:
    """Take step after step until it is over, rests, or is to be continued by another task."""
    while hold.row.is_open and not hold.is_time_over:
        if not _STEPS[Status(hold.row.status)](hold, lane):
            return
    if hold.row.is_open:
        _rest(hold, 0)


def _try_first(hold: Hold[Redrive], lane: Lane) -> bool:
    """Choose one, note which, give it back, note that: in this order."""
    row = hold.row
    if not row.first_key:
        row.first_key = lane.choose()
        if not row.first_key:
            return _finish(hold)
        hold.keep(first_key=row.first_key)
    if not lane.try_one(row.first_key):
        hold.keep(first_key="")  # somebody looks at it, or has deleted it
        return _rest(hold, OUTAGE_S)
    row.first_at = timezone.now()
    _change(hold, Status.WAITING, first_at=row.first_at)
    return True


def _wait_for_first(hold: Hold[Redrive], lane: Lane) -> bool:
    key = hold.row.first_key
    lane.settle_one(key)
    outcome = lane.outcome(key)
    if outcome is Outcome.FAILED:
        return _stop(hold, _("The first one failed again: %s") % lane.problem(key))
    if outcome is Outcome.DONE:
        _change(hold, Status.REST, moved_count=F("moved_count") + 1)
        return True
    if hold.row.first_at and timezone.now() - hold.row.first_at > NO_ANSWER_AFTER:
        return _stop(hold, _("The first one was given back, but no worker has taken it. Do the workers run?"))
    return _rest(hold, LOOK_EVERY_S)


def _do_rest(hold: Hold[Redrive], lane: Lane) -> bool:
    moved = lane.move_some()
    if not moved:
        return _finish(hold)
    hold.keep(moved_count=F("moved_count") + moved, cursor=hold.row.cursor)
    return True


_STEPS: dict[Redrive.Status, Callable[[Hold[Redrive], Lane], bool]] = {
    Status.FIRST: _try_first,
    Status.WAITING: _wait_for_first,
    Status.REST: _do_rest,
}


def _change(hold: Hold[Redrive], status: Redrive.Status, **changes: object) -> None:
    hold.keep(status=status, **changes)
    hold.row.status = status


def _finish(hold: Hold[Redrive]) -> bool:
    hold.row.finished_at = timezone.now()
    hold.end(status=Status.DONE, finished_at=hold.row.finished_at)
    logger.info("redrive.done", extra={"redrive_id": hold.row.pk})
    return False


def _stop(hold: Hold[Redrive], problem: str) -> bool:
    hold.row.finished_at = timezone.now()
    hold.end(status=Status.STOPPED, problem=problem[:500], finished_at=hold.row.finished_at)
    logger.warning("redrive.stopped", extra={"redrive_id": hold.row.pk})
    return False


def _rest(hold: Hold[Redrive], seconds: int) -> bool:
    hold.keep()  # the claims of a redrive that waits are no crashes
    hold.give_back(retry_in_s=seconds or None)
    publish(TaskName.REDRIVE, delay_s=seconds, redrive_id=hold.row.pk)
    return False
