"""Marking the people of a wave that is not sent: chunk by chunk, each one transaction, so that a kill loses nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns.scheduling.models import Wave
from campaigns.scheduling.waves import chunks_of
from campaigns.sending.counts import Tally, apply_tally
from campaigns.sending.finish import complete_if_done, deliveries_of
from campaigns.sending.models import Chunk
from campaigns.sending.states import WAITING, DeliveryState, Reason

CHUNKS_AT_ONCE = 200  # for each sweep


def leave_out_waves() -> int:
    """Go on with the waves that a person leaves out; called by the sweep. Returns how many chunks were marked."""
    marked = 0
    for wave in Wave.objects.filter(state=Wave.State.LEAVING_OUT):
        waiting = list(chunks_of(wave).order_by("number").values_list("pk", flat=True)[:CHUNKS_AT_ONCE])
        for chunk_id in waiting:
            marked += _leave_out(chunk_id)
        if not chunks_of(wave).exists():
            Wave.objects.filter(pk=wave.pk).update(state=Wave.State.LEFT_OUT)
            complete_if_done(wave.campaign_id)
    return marked


@transaction.atomic
def _leave_out(chunk_id: int) -> bool:
    chunk = Chunk.objects.select_for_update().get(pk=chunk_id)
    if chunk.not_before is None:
        return False  # another sweep was faster
    rows = deliveries_of(chunk).filter(state__in=WAITING)
    tally = Tally()
    after = (DeliveryState.SKIPPED, Reason.TIME_PASSED)
    for state, reason in rows.values_list("state", "reason"):
        tally.move((DeliveryState(state), Reason(reason)), after)
    rows.update(state=after[0], reason=after[1], changed_at=timezone.now())
    apply_tally(chunk, tally)
    Chunk.objects.filter(pk=chunk.pk).update(is_open=False, not_before=None)
    return True
