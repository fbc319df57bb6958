"""The calls about the account's suppression list.

Source: SES API v2 Reference, PutSuppressedDestination, ListSuppressedDestinations, PutAccountSuppressionAttributes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.ses_double.account import REASONS, Suppressed
from sandbox.ses_double.errors import bad_request, not_found

if TYPE_CHECKING:
    from sandbox.ses_double.double import Double

Json = dict[str, object]
Query = dict[str, list[str]]

MOST_PER_PAGE = 1000


def put_attributes(double: Double, request: dict[str, list[str]]) -> Json:
    """Say which addresses SES holds mail back from by itself. Raises SesError."""
    reasons = frozenset(request.get("SuppressedReasons", []))
    if reasons - REASONS:
        raise bad_request("SuppressedReasons must be BOUNCE or COMPLAINT.")
    double.account.suppressed_reasons = reasons
    return {}


def put_suppressed(double: Double, request: dict[str, str]) -> Json:
    """Put an address on the list. Raises SesError, also while the account is in SES's sandbox."""
    address, reason = request["EmailAddress"].lower(), request["Reason"]
    if not double.quota.settings.production_access:
        raise bad_request("Your account is in the sandbox: it cannot add addresses to the suppression list.")
    if reason not in REASONS:
        raise bad_request("Reason must be BOUNCE or COMPLAINT.")
    double.account.suppressed[address] = Suppressed(address, reason, double.clock.now())
    return {}


def get_suppressed(double: Double, address: str) -> Json:
    """Return one suppressed address. Raises SesError."""
    return {"SuppressedDestination": _reply(_entry(double, address))}


def list_suppressed(double: Double, query: Query) -> Json:
    """Return one page of the list, oldest first. Raises SesError for a token or a size that makes no sense."""
    size = _number(query, "PageSize", MOST_PER_PAGE)
    start = _number(query, "NextToken", 0)
    if not 1 <= size <= MOST_PER_PAGE:
        raise bad_request(f"PageSize must be between 1 and {MOST_PER_PAGE}.")
    found = [entry for entry in list(double.account.suppressed.values()) if _matches(entry, query)]
    found.sort(key=lambda entry: (entry.since_s, entry.address))
    reply: Json = {"SuppressedDestinationSummaries": [_reply(entry) for entry in found[start : start + size]]}
    if start + size < len(found):
        reply["NextToken"] = str(start + size)
    return reply


def delete_suppressed(double: Double, address: str) -> Json:
    """Take an address off the list. Raises SesError."""
    del double.account.suppressed[_entry(double, address).address]
    return {}


def _matches(entry: Suppressed, query: Query) -> bool:
    reasons = query.get("Reason", [])
    if reasons and entry.reason not in reasons:
        return False
    if "StartDate" in query and entry.since_s < _moment_s(query["StartDate"][0]):
        return False
    return "EndDate" not in query or entry.since_s < _moment_s(query["EndDate"][0])


def _moment_s(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise bad_request("StartDate and EndDate must be times.") from error


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    if not text.isdecimal():
        raise bad_request(f"{name} is not valid.")
    return int(text)


def _entry(double: Double, address: str) -> Suppressed:
    entry = double.account.suppressed.get(address.lower())
    if entry is None:
        message = f"Email address {address} does not exist on your suppression list."
        raise not_found(message)
    return entry


def _reply(entry: Suppressed) -> Json:
    return {"EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.since_s}
