"""SES in memory: the two sending calls, for tests of what surrounds them."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.aws.ses import BulkResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.errors import OutsideError


@dataclass(slots=True)
class SesInMemory:
    """A double of the two sending calls: accepts everything, or fails as told."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    statuses: list[str] = field(default_factory=list)
    on_call: Callable[[], None] | None = None
    failures: list[OutsideError] = field(default_factory=list)
    lasting_failure: OutsideError | None = None

    def fail_next(self, error: OutsideError) -> None:
        self.failures.append(error)

    def fail_always(self, error: OutsideError) -> None:
        self.lasting_failure = error

    def _call(self) -> None:
        self.calls += 1
        if self.on_call:
            self.on_call()
        if self.failures:
            raise self.failures.pop(0)
        if self.lasting_failure:
            raise self.lasting_failure

    def send_bulk_email(self, body: bytes) -> list[BulkResult]:
        self._call()
        request = json.loads(body)
        entries = request["BulkEmailEntries"]
        statuses = self.statuses or ["SUCCESS"] * len(entries)
        accepted = [entry for entry, status in zip(entries, statuses, strict=True) if status == "SUCCESS"]
        self.requests.append({**request, "BulkEmailEntries": accepted})
        return [BulkResult(Status=status, MessageId=f"m-{self.calls}-{n}") for n, status in enumerate(statuses)]

    def send_raw_email(self, request: dict[str, Any] | bytes) -> str:
        self._call()
        self.requests.append(json.loads(request) if isinstance(request, bytes) else request)
        return f"m-{self.calls}"

    def recipients(self) -> list[str]:
        found = []
        for request in self.requests:
            for entry in request.get("BulkEmailEntries", [request]):
                found += entry["Destination"]["ToAddresses"]
        return found

    def raw_subjects(self) -> list[str]:
        raws = [base64.b64decode(request["Content"]["Raw"]["Data"]) for request in self.requests]
        return [email.message_from_bytes(raw, policy=email.policy.default)["Subject"] for raw in raws]
