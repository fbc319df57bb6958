"""What we want of the list in SES: written down in the transaction of the deed, carried out by the sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.suppression.models import Suppression
from campaigns.suppression.ses_models import SesListChange, SesListEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Deed = SesListChange.Deed
NOTED_AT_ONCE = 1000
# SES knows two reasons; whoever unsubscribed or was stopped by hand is no business of its list.
SES_REASON = {Suppression.Reason.BOUNCE.value: "BOUNCE", Suppression.Reason.COMPLAINT.value: "COMPLAINT"}
OUR_REASON = {"BOUNCE": Suppression.Reason.BOUNCE, "COMPLAINT": Suppression.Reason.COMPLAINT}


@transaction.atomic
def note_new(*, ses_does_itself: Collection[str]) -> int:
    """Look at suppressions that the sync has not seen, whoever wrote them, and want those put that SES must know.

    `ses_does_itself`: reasons in SES's words for which it lists an address with the very event that told us.
    """
    unseen = Suppression.objects.filter(is_noted_for_ses=False).order_by("pk")
    rows = list(unseen.select_for_update(skip_locked=True)[:NOTED_AT_ONCE])
    wanted = [row for row in rows if _must_be_told(row, ses_does_itself)]
    want_put(wanted)
    Suppression.objects.filter(pk__in=[row.pk for row in rows]).update(is_noted_for_ses=True)
    return len(wanted)


def _must_be_told(row: Suppression, ses_does_itself: Collection[str]) -> bool:
    reason = SES_REASON.get(row.reason)
    if reason is None or row.source == Suppression.Source.SES_LIST:
        return False
    return not (row.source == Suppression.Source.SES_EVENT and reason in ses_does_itself)


def want_put(rows: Sequence[Suppression]) -> None:
    """Want these put on the list; takes the place of whatever was wanted before."""
    _want(
        [
            SesListChange(
                address=row.address, address_key=row.address_key, deed=Deed.PUT, reason=SES_REASON[row.reason]
            )
            for row in rows
        ]
    )


def want_taken_off(address: str, address_key: str, *, reason: str) -> None:
    """Want an address taken off, if it may be there: SES lists bounces and complaints, also such as we do not know of."""
    listed = SesListEntry.objects.filter(address_key=address_key, gone_at=None).first()
    earlier = SesListChange.objects.filter(address_key=address_key)
    if reason in SES_REASON or listed is not None or earlier.exists():
        as_listed = listed.address if listed is not None else address
        _want([SesListChange(address=as_listed, address_key=address_key, deed=Deed.DELETE)])


def _want(changes: list[SesListChange]) -> None:
    now = timezone.now()
    for change in changes:
        change.wanted_at = now
    SesListChange.objects.bulk_create(
        changes,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["address_key"],
        update_fields=["address", "deed", "reason", "wanted_at", "done_at", "retry_at", "try_count", "error"],
    )
