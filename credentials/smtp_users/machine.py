"""Carrying out on IAM what is wished of one SMTP user: look, do the next step, look again, until all is as wished.

One worker at a time has a user, under a lease. Whoever is cut off leaves a journal and rows from which the next goes on.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from credentials.smtp_users.facts import read_facts
from credentials.smtp_users.failing import clear_alerts, note_failure, note_waiting
from credentials.smtp_users.journal import note_cut_off
from credentials.smtp_users.models import SmtpKey, SmtpUser, State
from credentials.smtp_users.plan import Step, next_step
from credentials.smtp_users.steps import STEPS
from credentials.smtp_users.trouble import NotYet
from portal.activity import record_activity
from portal.errors import PortalError
from portal.leases import claim, release, renew
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEASE_S = 150.0  # longer than the longest step: some calls of IAM with their retries, or a login
MOST_STEPS = 60  # of one run; more is a plan that does not come to an end


def reconcile(user_id: int) -> None:
    """Bring one SMTP user to where it is wished to be, or as far as AWS lets us now. Harmless twice."""
    rows = SmtpUser.objects.filter(pk=user_id)
    token = claim(rows, lease_s=LEASE_S)
    if token is None:
        return
    user = rows.get()
    note_cut_off(user)
    try:
        _work(rows, token)
    except NotYet as wait:
        note_waiting(rows, token, wait, seen_wish=user.wish_count)
    except PortalError as error:
        note_failure(rows, token, error)


def _work(rows: QuerySet[SmtpUser], token: str) -> None:
    for _turn in range(MOST_STEPS):
        if not renew(rows, token, lease_s=LEASE_S):
            logger.warning("smtp_user.lease_lost")
            return
        user = rows.get()
        step = next_step(read_facts(user))
        if step is Step.FORGET:
            _forget(rows, token, user)
            return
        if step is Step.SETTLE:
            _settle(rows, token, user)
            return
        logger.info("smtp_user.step", extra={"smtp_user": user.pk, "step": step.value})
        STEPS[step](user)
    raise RuntimeError(f"the plan of SMTP user {rows.get().pk} does not come to an end")


def _settle(rows: QuerySet[SmtpUser], token: str, user: SmtpUser) -> None:
    """All is as was wished when `user` was read; what was wished meanwhile is published anew."""
    state = settled_state(user)
    told: dict[str, object] = {} if user.is_given_up else {"state_reason": "", "try_count": 0}
    if state != user.state:
        told["state_at"] = timezone.now()
    with transaction.atomic():
        changed = rows.filter(lease_token=token).update(state=state, settled_wish=user.wish_count, **told)
        if changed and not user.is_given_up:
            clear_alerts(user)
        if changed and state != user.state:
            record_activity(f"smtp_user.{_VERBS[state]}", actor=None, target=user)
        release(rows, token)
    if rows.filter(settled_wish__lt=F("wish_count")).exists():
        publish(TaskName.PROVISION_SMTP_USER, user_id=user.pk)


def settled_state(user: SmtpUser) -> State:
    """The state of a user for whom nothing is left to do."""
    roles = set(user.keys.values_list("role", flat=True))
    if user.delete_at is not None:
        return State.DELETING
    if SmtpKey.Role.CURRENT not in roles and user.is_given_up:
        return State.FAILED
    if not user.is_enabled:
        return State.DISABLED
    return State.ROTATING if SmtpKey.Role.OLD in roles else State.ACTIVE


_VERBS = {
    State.ACTIVE: "became_active",
    State.ROTATING: "got_password",
    State.DISABLED: "was_disabled",
    State.FAILED: "given_up",
    State.DELETING: "was_closed",
}


def _forget(rows: QuerySet[SmtpUser], token: str, user: SmtpUser) -> None:
    """Nothing of it is left on AWS; whoever took the deletion back in the last moment gets it made anew."""
    user_id = user.pk
    with transaction.atomic():
        unchanged = rows.select_for_update().filter(wish_count=user.wish_count).first()
        if unchanged is not None:
            clear_alerts(unchanged)
            record_activity("smtp_user.deleted", actor=None, target=unchanged)
            unchanged.delete()
            logger.info("smtp_user.deleted", extra={"smtp_user": user_id})
            return
        release(rows, token)
    publish(TaskName.PROVISION_SMTP_USER, user_id=user_id)
