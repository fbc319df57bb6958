"""The suppression list that SES keeps for the account: read page by page, put one address on it, take one off.

SES takes one call of each kind a second; whoever calls keeps to it.
Source: SES API v2 Reference, ListSuppressedDestinations, PutSuppressedDestination, DeleteSuppressedDestination.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from portal.aws.session import client, translated
from portal.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

PAGE_SIZE = 1000
_GONE = "NotFoundException"


@dataclass(frozen=True, slots=True)
class Listed:
    """One address on the list; `reason` is BOUNCE or COMPLAINT, `since` aware UTC."""

    address: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page; `next_token` is "" on the last."""

    entries: list[Listed]
    next_token: str


def read_list(*, since: datetime | None, token: str = "") -> ListPage:
    """One page of what is on the list, changed at `since` or later (None = all). Raises OutsideError."""
    asked: dict[str, Any] = {"PageSize": PAGE_SIZE}
    if since is not None:
        asked["StartDate"] = since
    if token:
        asked["NextToken"] = token
    with translated("ses"):
        answer = client("sesv2").list_suppressed_destinations(**asked)
    entries = [
        Listed(str(each["EmailAddress"]), str(each["Reason"]), each["LastUpdateTime"].astimezone(UTC))
        for each in answer.get("SuppressedDestinationSummaries", [])
    ]
    return ListPage(entries, str(answer.get("NextToken") or ""))


def put_on_list(address: str, *, reason: str) -> None:
    """Put an address on the list; harmless when it is. `reason` is BOUNCE or COMPLAINT. Raises OutsideError.

    SES refuses it while the account is in SES's own sandbox.
    """
    with translated("ses"):
        client("sesv2").put_suppressed_destination(EmailAddress=address, Reason=reason)


def take_off_list(address: str) -> None:
    """Take an address off the list; harmless when it is not on it. Raises OutsideError."""
    try:
        with translated("ses"):
            client("sesv2").delete_suppressed_destination(EmailAddress=address)
    except Refused as error:
        if error.code != _GONE:
            raise


def suppressed_reasons() -> list[str]:
    """For which reasons SES puts addresses on the list by itself and holds mail back. Raises OutsideError."""
    with translated("ses"):
        answer = client("sesv2").get_account()
    return [str(reason) for reason in answer.get("SuppressionAttributes", {}).get("SuppressedReasons", [])]
