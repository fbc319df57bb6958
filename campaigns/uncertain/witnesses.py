"""Whether news of the mails around a lost call came: heartbeats do not tell of an events' queue emptied in between.

Who was in the same call, or in an answered call nearby, is a witness. When one of them was heard of against all silence,
or is missed although SES surely took the mail, the silence about the others proves nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from campaigns.sending.models import Acceptance, Attempt, DeliveryEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.sending.models import Chunk
    from campaigns.uncertain.news import News

NEARBY = 10  # answered calls, before and after each


def without_contradicted(chunk: Chunk, ids: Iterable[int], news: News) -> list[int]:
    """Those of `ids`, all of the chunk, whose silence no witness contradicts."""
    open_ids, believed = set(ids), set()
    lost = Attempt.objects.filter(chunk=chunk, outcome=Attempt.Outcome.UNCERTAIN)
    for call in lost.order_by("-pk") if open_ids else ():
        of_call = {pk for pk in open_ids if call.first_delivery_id <= pk <= call.last_delivery_id}
        if of_call and (_reached_ses(call) or _is_news_missed_near(call, news)):
            open_ids -= of_call
        elif _is_whole_range(call):  # they were in this one, so about those before it all is settled
            open_ids -= of_call
            believed |= of_call
    return sorted(open_ids | believed)


def _is_whole_range(call: Attempt) -> bool:
    """Whether nobody lies between the people of the call who was not in it."""
    return call.delivery_count == call.last_delivery_id - call.first_delivery_id + 1


def _reached_ses(call: Attempt) -> bool:
    """Whether SES said something about anybody of the call since it began; then it had all of it."""
    if not _is_whole_range(call):
        return False  # there may be news of the others for reasons of their own
    events = DeliveryEvent.objects.filter(
        delivery_id__gte=call.first_delivery_id,
        delivery_id__lte=call.last_delivery_id,
        happened_at__gte=call.started_at,
    )
    return events.exists()


def _is_news_missed_near(call: Attempt, news: News) -> bool:
    window = timedelta(seconds=news.patience.window_s)
    answered = Attempt.objects.filter(
        chunk__campaign=call.chunk.campaign_id,
        outcome=Attempt.Outcome.ANSWERED,
        accepted_count__gt=0,
        started_at__gte=call.started_at - window,
        started_at__lte=min(call.started_at + window, news.now - window),
    )
    nearby = [*answered.filter(pk__lt=call.pk).order_by("-pk")[:NEARBY]]
    nearby += answered.filter(pk__gt=call.pk).order_by("pk")[:NEARBY]
    return any(_is_somebody_unheard(each) for each in nearby)


def _is_somebody_unheard(call: Attempt) -> bool:
    ids = range(call.first_delivery_id, call.last_delivery_id + 1)
    accepted = set(
        Acceptance.objects.filter(delivery_id__in=ids, attempt_id=call.pk).values_list("delivery_id", flat=True)
    )
    heard = DeliveryEvent.objects.filter(delivery_id__in=accepted).values_list("delivery_id", flat=True)
    return bool(accepted - set(heard))
