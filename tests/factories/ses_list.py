"""A stand-in for the calls about the suppression list in SES: keeps a list, counts calls, refuses on demand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.aws.ses_list import Listed, ListPage
from portal.errors import OutsideError, Refused


class FakeSesList:
    """`listed` is what stands there; `errors` are raised, one by one, by the next calls."""

    def __init__(self, *, page_size: int = 1000) -> None:
        self.listed: dict[str, Listed] = {}
        self.calls: list[str] = []
        self.errors: list[OutsideError | None] = []
        self.slept: list[float] = []
        self.page_size = page_size
        self.reasons = ["BOUNCE", "COMPLAINT"]

    def add(self, address: str, reason: str = "BOUNCE", *, since: datetime | None = None) -> None:
        self.listed[address] = Listed(address, reason, since or datetime.now(UTC))

    def read_list(self, *, since: datetime | None, token: str = "") -> ListPage:
        self._called("list")
        found = [entry for entry in self.listed.values() if since is None or entry.since >= since]
        start = int(token or 0)
        end = start + self.page_size
        return ListPage(found[start:end], str(end) if end < len(found) else "")

    def put_on_list(self, address: str, *, reason: str) -> None:
        self._called(f"put {address} {reason}")
        self.add(address, reason)

    def take_off_list(self, address: str) -> None:
        self._called(f"delete {address}")
        self.listed.pop(address, None)

    def suppressed_reasons(self) -> list[str]:
        self._called("account")
        return self.reasons

    def changes(self) -> list[str]:
        """Calls that changed the list."""
        return [call for call in self.calls if call.startswith(("put", "delete"))]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


def refused(text: str = "Not allowed.") -> Refused:
    return Refused(text, service="ses", code="BadRequestException")


@pytest.fixture
def ses_list(monkeypatch: pytest.MonkeyPatch) -> FakeSesList:
    """Stands where the calls to SES are."""
    fake = FakeSesList()
    for name in ("read_list", "put_on_list", "take_off_list", "suppressed_reasons"):
        monkeypatch.setattr(f"portal.aws.ses_list.{name}", getattr(fake, name))
    return fake
