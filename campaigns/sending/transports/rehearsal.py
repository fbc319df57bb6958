"""Mail asked for with a test key: guests get theirs, everybody else is skipped at the last moment, after all checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from campaigns.sending.outcomes import CallResult, Outcome
from campaigns.sending.states import DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.outcomes import Outgoing, Transport

_SKIPPED = Outcome(DeliveryState.SKIPPED, Reason.NOT_A_GUEST)


class RehearsalTransport:
    """Hands only the guests' mails to the real transport; `guest_keys` are addresses in lower case."""

    def __init__(self, transport: Transport, guest_keys: frozenset[str]) -> None:
        self._transport = transport
        self._guest_keys = guest_keys
        self.max_group = transport.max_group

    def send(self, group: Sequence[Outgoing], *, attempt_id: int) -> CallResult:
        invited = [outgoing for outgoing in group if outgoing.address.lower() in self._guest_keys]
        if not invited:
            return CallResult([_SKIPPED] * len(group))
        result = self._transport.send(invited, attempt_id=attempt_id)
        by_id = {outgoing.delivery_id: found for outgoing, found in zip(invited, result.outcomes, strict=True)}
        return replace(result, outcomes=[by_id.get(outgoing.delivery_id, _SKIPPED) for outgoing in group])

    def done(self) -> None:
        self._transport.done()
