"""The sync of our suppression list with the one in SES; a task runs it every minute.

One worker at a time, one call a second, a bounded number of calls in a run. Never a call inside a transaction: what is
wanted stands in SesListChange before, what came of it after.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from campaigns.suppression import ses_reading
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from campaigns.suppression.ses_wishes import Deed, note_new
from portal import leases
from portal.aws import ses_list
from portal.errors import OutsideError, PortalError, Refused
from portal.generation.services import is_held

logger = logging.getLogger(__name__)

CALLS_PER_RUN = 25
CALL_EVERY_S = 1.0
LEASE_S = 300.0
_STATE_ID = 1
_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(hours=12)
_MAX_DOUBLINGS = 10


@dataclass(slots=True)
class _Run:
    """One run: the calls that are left, and how it waits between them."""

    sleep: Callable[[float], None]
    calls_left: int = CALLS_PER_RUN
    is_first: bool = True

    def may_call(self) -> bool:
        """Take one call, a second after the one before."""
        if self.calls_left <= 0:
            return False
        if not self.is_first:
            self.sleep(CALL_EVERY_S)
        self.calls_left -= 1
        self.is_first = False
        return True


def sync_with_ses(*, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Carry out what is wanted of the list in SES and read what is new there; False when another worker is at it.

    Harmless twice: putting, taking off and reading end in the same rows however often they are done.
    """
    if not settings.SES_SUPPRESSION_SYNC:
        return False
    SesListSync.objects.get_or_create(pk=_STATE_ID)
    row = SesListSync.objects.filter(pk=_STATE_ID)
    token = leases.claim(row, lease_s=LEASE_S)
    if token is None:
        return False
    try:
        problem = _run(row.get(), _Run(sleep))
    except PortalError as error:
        logger.warning("suppression.sync_failed", extra={"error": type(error).__name__})
        problem = str(error)
    row.update(problem=problem[:300])
    leases.release(row, token)
    return True


def _run(state: SesListSync, run: _Run) -> str:
    """What went wrong, in the words of SES; "" when all went well."""
    if ses_reading.is_reading_due(state) and state.pass_began_at is None and run.may_call():
        SesListSync.objects.filter(pk=state.pk).update(suppressed_reasons=ses_list.suppressed_reasons())
        state.refresh_from_db(fields=["suppressed_reasons"])
    note_new(ses_does_itself=state.suppressed_reasons)
    if not is_held():  # what a restored database wants of SES may be long done, and other by now
        _carry_out(run, Deed.DELETE)
        if may_put():
            _carry_out(run, Deed.PUT)
    _read(state, run)
    return ""


def may_put() -> bool:
    """Whether SES takes addresses onto its list: not while the account is in SES's own sandbox."""
    accounts = SendingAccount.objects.filter(kind=AccountKind.SES, is_active=True)
    return not accounts.filter(has_production_access=False, refreshed_at__isnull=False).exists()


def _carry_out(run: _Run, deed: Deed) -> None:
    due = Q(retry_at__isnull=True) | Q(retry_at__lte=timezone.now())
    waiting = SesListChange.objects.filter(due, deed=deed, done_at=None).order_by("pk")
    for change in waiting[: run.calls_left]:
        if not run.may_call():
            return
        try:
            _tell_ses(change)
        except Refused as error:  # this one address; the others may do
            _put_off(change, error)
        except OutsideError as error:
            _put_off(change, error)
            raise
        else:
            _note_done(change)


def _tell_ses(change: SesListChange) -> None:
    if change.deed == Deed.PUT:
        ses_list.put_on_list(change.address, reason=change.reason)
    else:
        ses_list.take_off_list(change.address)


def _as_wanted(change: SesListChange) -> Q:
    """The row, unless something else was wanted meanwhile."""
    return Q(pk=change.pk, wanted_at=change.wanted_at, deed=change.deed, done_at=None)


@transaction.atomic
def _note_done(change: SesListChange) -> None:
    now = timezone.now()
    if not SesListChange.objects.filter(_as_wanted(change)).update(done_at=now, retry_at=None, error=""):
        return
    if change.deed == Deed.DELETE:
        SesListEntry.objects.filter(address_key=change.address_key).delete()
        return
    state = SesListSync.objects.get(pk=_STATE_ID)
    told = {"address": change.address, "reason": change.reason, "since": now, "pass_number": state.pass_number}
    SesListEntry.objects.update_or_create(address_key=change.address_key, defaults={**told, "gone_at": None})


def _put_off(change: SesListChange, error: OutsideError) -> None:
    wait = min(_LAST_RETRY, _FIRST_RETRY * 2 ** min(change.try_count, _MAX_DOUBLINGS))
    SesListChange.objects.filter(_as_wanted(change)).update(
        try_count=F("try_count") + 1, retry_at=timezone.now() + wait, error=str(error)[:300]
    )


def _read(state: SesListSync, run: _Run) -> None:
    if not ses_reading.is_reading_due(state):
        return
    if state.pass_began_at is None:
        ses_reading.begin_pass(state)
    while state.pass_began_at is not None and run.may_call():
        try:
            page = ses_list.read_list(since=state.read_from, token=state.page_token)
        except Refused:
            if not state.page_token:
                raise
            ses_reading.give_up_pass(state)
            return
        ses_reading.take_page(state, page)
