"""How parked mail flows again once its mailbox works: the oldest first, by one worker a mailbox."""

from __future__ import annotations

import math
import time

from portal.leases import claim, is_due, release, renew
from portal.publish import publish
from portal.queues import TaskName
from routing.gmail.deliver import deliver_in_turn
from routing.gmail.models import GmailMailbox
from routing.gmail.parking import park_waiting, parked_of, unpark, wait_s

DRAIN_LEASE_S = 400
DRAIN_S = 120.0


def drain_mailbox(mailbox_id: int) -> None:
    """Deliver what is parked, the oldest first, until nothing is or the mailbox does not take it. Safe to run twice."""
    rows = GmailMailbox.objects.filter(pk=mailbox_id)
    token = claim(rows, lease_s=DRAIN_LEASE_S)
    if token is None:
        return
    try:
        is_over = _drain_slice(mailbox_id, token)
    finally:
        release(rows, token)
    if not is_over:
        _come_back(mailbox_id)


def _drain_slice(mailbox_id: int, token: str) -> bool:
    """False when more could be done later."""
    ends_at_s = time.monotonic() + DRAIN_S
    rows = GmailMailbox.objects.filter(pk=mailbox_id)
    while time.monotonic() < ends_at_s:
        mailbox = rows.select_related("grant").get()
        if not mailbox.grant.is_working:
            return True
        if wait_s(mailbox) > 0:
            return False
        first = parked_of(mailbox).order_by("id").values_list("id", flat=True).first()
        if first is None:
            return True
        if unpark(first):
            deliver_in_turn(first)
        if not renew(rows, token, lease_s=DRAIN_LEASE_S):
            return True
    return False


def _come_back(mailbox_id: int) -> None:
    mailbox = GmailMailbox.objects.get(pk=mailbox_id)
    publish(TaskName.DRAIN_GMAIL, mailbox_id=mailbox_id, delay_s=math.ceil(wait_s(mailbox)))


def note_restored(grant_id: int) -> None:
    """A consent works again: let go what waits for its mailbox."""
    for mailbox_id in GmailMailbox.objects.filter(grant=grant_id).values_list("id", flat=True):
        GmailMailbox.objects.filter(pk=mailbox_id).update(wait_until=None)
        publish(TaskName.DRAIN_GMAIL, mailbox_id=mailbox_id)


def note_lost(grant_id: int) -> None:
    """A consent was lost: set aside what waits for its mailbox."""
    for mailbox in GmailMailbox.objects.filter(grant=grant_id).select_related("grant"):
        park_waiting(mailbox)


def sweep_parked() -> int:
    """Find what no hint reached: parked mail of mailboxes that work, waiting mail of those that do not. How many."""
    found = 0
    due = set(GmailMailbox.objects.filter(is_due()).values_list("id", flat=True))
    for mailbox in GmailMailbox.objects.select_related("grant").order_by("id"):
        if not mailbox.grant.is_working:
            found += park_waiting(mailbox)
        elif mailbox.pk in due and wait_s(mailbox) <= 0 and parked_of(mailbox).exists():
            publish(TaskName.DRAIN_GMAIL, mailbox_id=mailbox.pk)
            found += 1
    return found
