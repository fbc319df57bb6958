"""What can go wrong at SES on demand; how faults are chosen is told in sandbox.fault_plan.

`accepted` says whether the messages are taken before the fault shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.fault_plan import AnyFault, AnyFaultRequest, FaultList

SENDS = ("SendEmail", "SendBulkEmail")

ACCEPTED_BY_KIND = {
    "drop_reply": True,  # take the messages, then close without a reply
    "drop_request": False,  # close without a reply, nothing taken
    "stall": True,  # hold the reply back for stall_s
    "error_500": False,
    "throttle": False,  # 429 TooManyRequestsException
    "paused": False,  # SendingPausedException
    "suspended": False,  # AccountSuspendedException
    "truncated_json": True,  # a reply cut in half
    "login_refused": False,  # SMTP only: as for a key that IAM does not know everywhere yet
    "recipient_refused": False,  # SMTP only: 550, as servers say it of a mailbox that they do not have
    "entry_status": True,  # `status` for the matching entries of bulk calls
}


class FaultRequest(AnyFaultRequest, total=False):
    """One fault as asked for over the control API; `match` is searched in each recipient's address."""

    status: str  # for entry_status


@dataclass(slots=True)
class Fault(AnyFault):
    """One fault and how often it struck."""

    operations: Sequence[str] = SENDS
    status: str = "TRANSIENT_FAILURE"


class FaultPlan(FaultList[Fault]):
    """The faults in force."""

    def add(self, request: FaultRequest) -> None:
        """Put a fault in force. Raises ValueError or TypeError for what is not known."""
        kind = request.get("kind", "")
        if kind not in ACCEPTED_BY_KIND:
            known = ", ".join(ACCEPTED_BY_KIND)
            message = f"Unknown fault {kind!r}; known: {known}."
            raise ValueError(message)
        asked: Any = {"accepted": ACCEPTED_BY_KIND[kind], **request}
        self.put(Fault(**asked))

    def take(self, operation: str, addresses: Sequence[str]) -> Fault | None:
        """Return the fault that this send meets, if any."""
        return self.first(operation, addresses, lambda fault: fault.kind != "entry_status")

    def entry_status(self, addresses: Sequence[str]) -> str | None:
        """Return the status that one bulk entry is to be refused with, if any."""
        fault = self.first("SendBulkEmail", addresses, lambda fault: fault.kind == "entry_status")
        return fault.status if fault else None

    def describe(self) -> list[dict[str, object]]:
        """Return the faults in force and how often each struck."""
        return [
            {
                "kind": fault.kind,
                "hits": fault.hits,
                "count": fault.count,
                "match": fault.match,
                "is_used_up": fault.is_used_up,
            }
            for fault in self.all()
        ]
