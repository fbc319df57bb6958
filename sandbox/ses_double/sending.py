"""The two calls that send: SendEmail and SendBulkEmail."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.ses_double.calls import Call
from sandbox.ses_double.double import Double
from sandbox.ses_double.errors import SesError, daily_quota_exceeded, throttled
from sandbox.ses_double.letter import Entry, bare_address
from sandbox.ses_double.reading import (
    entry_from_bulk,
    letter_from_bulk,
    letter_from_send,
)
from sandbox.ses_double.wire import (
    BulkResult,
    Destination,
    SendBulkRequest,
    SendEmailRequest,
)

BULK_STATUS_BY_CODE = {
    "MessageRejected": "MESSAGE_REJECTED",
    "BadRequestException": "INVALID_PARAMETER",
}


def send_email(double: Double, request: SendEmailRequest, call: Call) -> dict[str, str]:
    """Take one message. Raises SesError."""
    letter, entry = letter_from_send(request)
    call["recipients_count"] = len(entry.recipients)
    double.check_may_send(letter)
    double.check_recipients(entry)
    refusal = double.quota.take(len(entry.recipients))
    if refusal:
        call["throttled_count"] = len(entry.recipients)
        raise refused(refusal)
    [message] = double.accept(letter, [entry])
    call["accepted_count"] = len(entry.recipients)
    return {"MessageId": message.ses_message_id}


def send_bulk_email(double: Double, request: SendBulkRequest, call: Call) -> dict[str, list[BulkResult]]:
    """Take up to 50 messages, each with its own result in order. Raises SesError."""
    letter = letter_from_bulk(request)
    call["recipients_count"] = len(request["BulkEmailEntries"])
    double.check_may_send(letter)
    verdicts = [_judge(double, request, i) for i in range(call["recipients_count"])]
    taken = [verdict for verdict in verdicts if isinstance(verdict, Entry)]
    ids = iter([each.ses_message_id for each in double.accept(letter, taken)])
    results: list[BulkResult] = [
        {"Status": "SUCCESS", "MessageId": next(ids)} if isinstance(verdict, Entry) else verdict for verdict in verdicts
    ]
    statuses = [result["Status"] for result in results]
    call["accepted_count"] = len(taken)
    call["throttled_count"] = statuses.count("ACCOUNT_THROTTLED")
    return {"BulkEmailEntryResults": results}


def refused(status: str) -> SesError:
    """Return the error that a bulk status of the quotas is for a single send."""
    return throttled() if status == "ACCOUNT_THROTTLED" else daily_quota_exceeded()


def addresses_of(destinations: Sequence[Destination]) -> list[str]:
    """Return every address of the destinations, as far as they can be read."""
    return [
        bare_address(mailbox)
        for destination in destinations
        for mailboxes in (
            destination.get("ToAddresses", []),
            destination.get("CcAddresses", []),
            destination.get("BccAddresses", []),
        )
        for mailbox in mailboxes
    ]


def send_addresses(request: SendEmailRequest) -> list[str]:
    """Return the addresses of a SendEmail call, for matching faults."""
    return addresses_of([request.get("Destination", {})])


def bulk_addresses(request: SendBulkRequest) -> list[str]:
    """Return the addresses of a SendBulkEmail call, for matching faults."""
    entries = request.get("BulkEmailEntries", [])
    return addresses_of([entry.get("Destination", {}) for entry in entries])


def _judge(double: Double, request: SendBulkRequest, index: int) -> Entry | BulkResult:
    """Return the entry to be accepted, or the result that refuses it."""
    given = request["BulkEmailEntries"][index]
    status = double.faults.entry_status(addresses_of([given.get("Destination", {})]))
    if status:
        return {"Status": status, "Error": "Refused on demand of the sandbox."}
    try:
        entry = entry_from_bulk(request, given)
        double.check_recipients(entry)
    except SesError as error:
        code = BULK_STATUS_BY_CODE.get(error.code, "FAILED")
        return {"Status": code, "Error": error.message}
    refusal = double.quota.take(len(entry.recipients))
    if refusal:
        return {"Status": refusal, "Error": refused(refusal).message}
    return entry
