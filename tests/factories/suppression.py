"""Batches of suppressions, and a list in SES that differs from ours."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.suppression.batches import add_batch, check_file
from campaigns.suppression.models import SuppressionBatch
from campaigns.suppression.services import release
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from tests.factories.audience import make_suppression

_TABLE = (
    b"email,reason\nanna.berg@club.example,hard bounce\nkim.lund@club.example,spam\nida@club.example,\n"
    b"no-address,bounce\nrobin@club.example,because\nida@club.example,\n"
)


def a_checked_batch() -> SuppressionBatch:
    """A table that waits for somebody to decide."""
    make_suppression("kim.lund@club.example")
    return check_file(_TABLE, name="old-system.csv", reason="import", note="From the old system.", actor=None)


def an_added_batch() -> SuppressionBatch:
    """One that was added and can be taken back."""
    return add_batch(a_checked_batch().pk, actor=None)


def lists_that_differ() -> SesListSync:
    """Removed there by hand, released here, refused by SES, and an account that does not answer."""
    now = timezone.now()
    make_suppression("removed@club.example")
    stuck = make_suppression("refused@club.example")
    for address, gone_at in (("removed@club.example", now), ("released@club.example", None)):
        SesListEntry.objects.create(
            address=address, address_key=address, reason="BOUNCE", since=now, pass_number=1, gone_at=gone_at
        )
    release(make_suppression("released@club.example").pk, reason_text="A new mailbox.", actor=None)
    SesListChange.objects.create(
        address=stuck.address, address_key=stuck.address_key, deed="put", reason="BOUNCE", wanted_at=now, try_count=2,
        error="AccessDeniedException", retry_at=now + timedelta(minutes=4),
    )  # fmt: skip
    return SesListSync.objects.create(
        pk=1, finished_at=now, whole_pass_at=now, pass_number=3, problem="Could not connect to the endpoint URL"
    )
