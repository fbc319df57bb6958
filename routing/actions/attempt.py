"""One call of SES for a delivery, which must not be made twice: an answer that was lost is not asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.errors import AnswerLost, OutsideError, Refused
from routing.inbound.models import DeliveryState
from routing.inbound.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.inbound.work import Work


def attempt_once(work: Work, call: Callable[[], str], *, ends_as: DeliveryState) -> None:
    """Write down that it is attempted, make the call, which gives SES's id, and end or postpone the delivery by its answer."""
    work.attempted()
    try:
        provider_id = call()
    except AnswerLost as error:
        work.end(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, detail=error.code)
    except Refused as error:
        work.end(DeliveryState.FAILED, Reason.REFUSED, detail=f"{error.code}: {error}")
    except OutsideError as error:
        work.postpone(Reason.UNAVAILABLE, detail=error.code)
    else:
        work.end(ends_as, Reason.BY_RULE, provider_id=provider_id)
