"""What can go wrong at Google on demand; how faults are chosen is told in sandbox.fault_plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.fault_plan import AnyFault, AnyFaultRequest, FaultList

OPERATIONS = (
    "token", "revoke", "userinfo", "import_start", "import_put", "import_status", "import_media", "labels_list",
    "labels_create", "messages_list",
)  # fmt: skip
KINDS = {
    "answer",  # the error named by `error`; nothing is done
    "drop_request",  # close without a reply, nothing done
    "drop_reply",  # do it, then close without a reply
    "stall",  # hold the reply back for stall_s; does it first unless accepted is false
    "cut",  # take after_bytes of a body, then close
}


class FaultRequest(AnyFaultRequest, total=False):
    """One fault as asked for over the control API; `match` is searched in the account's address."""

    error: str  # a name of `sandbox.gmail_double.errors`
    after_bytes: int
    retry_after_s: int


@dataclass(slots=True)
class Fault(AnyFault):
    """One fault and how often it struck."""

    operations: Sequence[str] = ("import_start", "import_put")
    accepted: bool = True
    error: str = "backendError"
    after_bytes: int = 0
    retry_after_s: int = 0


class FaultPlan(FaultList[Fault]):
    """The faults in force."""

    def add(self, request: FaultRequest) -> None:
        """Put a fault in force. Raises ValueError or TypeError for what is not known."""
        kind = request.get("kind", "")
        if kind not in KINDS:
            raise ValueError(f"Unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}.")
        unknown = set(request.get("operations", [])) - set(OPERATIONS)
        if unknown:
            raise ValueError(f"Unknown operations {sorted(unknown)}; known: {', '.join(OPERATIONS)}.")
        asked: Any = dict(request)
        self.put(Fault(**asked))

    def take(self, operation: str, account: str) -> Fault | None:
        """Return the fault that this call meets, if any."""
        return self.first(operation, [account], lambda _fault: True)

    def describe(self) -> list[dict[str, object]]:
        """Return the faults in force and how often each struck."""
        return [
            {"kind": fault.kind, "error": fault.error, "operations": fault.operations, "hits": fault.hits,
             "count": fault.count, "match": fault.match, "is_used_up": fault.is_used_up}
            for fault in self.all()
        ]  # fmt: skip
