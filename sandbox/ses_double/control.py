"""The control API under /_sandbox/: faults, quota, clock, events, log, calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sandbox.ses_double.api import read_json
from sandbox.ses_double.double import Double
from sandbox.ses_double.errors import SesError
from sandbox.ses_double.received import Received
from sandbox.ses_double.relayed import keep_relayed
from sandbox.ses_double.reply import Reply, json_reply
from sandbox.ses_double.submitted import answer_login, answer_submitted

# `Any`: bodies are JSON from outside, checked where they are used.
Query = Mapping[str, str]


def answer_control(double: Double, method: str, path: str, query: Query, body: bytes) -> Reply:
    """Return the reply to a control request; a wrong one gets 400 and the reason."""
    handler = HANDLERS.get((method, path.rstrip("/")))
    if handler is None:
        return json_reply({"error": f"No {method} {path} here."}, status=404)
    try:
        return handler(double, query, body)
    except SesError as error:
        return json_reply({"error": error.message}, status=400)
    except (KeyError, TypeError, ValueError) as error:
        return json_reply({"error": str(error)}, status=400)


def _health(double: Double, _query: Query, _body: bytes) -> Reply:
    return json_reply({"is_ready": True, "region": double.settings.region})


def _add_faults(double: Double, _query: Query, body: bytes) -> Reply:
    request = read_json(body)
    for fault in request.get("faults", [request]):
        double.faults.add(fault)
    return json_reply({"faults": double.faults.describe()})


def _list_faults(double: Double, _query: Query, _body: bytes) -> Reply:
    return json_reply({"faults": double.faults.describe()})


def _clear_faults(double: Double, _query: Query, _body: bytes) -> Reply:
    double.faults.clear()
    return json_reply({"faults": []})


def _change_quota(double: Double, _query: Query, body: bytes) -> Reply:
    return json_reply(asdict(double.quota.change(**read_json(body))))


def _change_events(double: Double, _query: Query, body: bytes) -> Reply:
    return json_reply(asdict(double.events.change(**read_json(body))))


def _event_counts(double: Double, _query: Query, _body: bytes) -> Reply:
    counts = {
        "published_count": double.events.published_count,
        "waiting_count": double.events.waiting_count(),
    }
    return json_reply(counts)


def _advance_clock(double: Double, _query: Query, body: bytes) -> Reply:
    double.clock.advance(float(read_json(body)["advance_s"]))
    return json_reply({"now_s": double.clock.now()})


def _put_identity(double: Double, _query: Query, body: bytes) -> Reply:
    request = read_json(body)
    name, is_verified = request["identity"], bool(request.get("is_verified", True))
    if name.lower() in double.account.identities:
        double.account.identity(name).is_verified = is_verified
    else:
        double.account.add_identity(name, is_verified=is_verified)
    return json_reply({"identity": name, "is_verified": is_verified})


def _put_records(double: Double, _query: Query, body: bytes) -> Reply:
    request = read_json(body)
    if "publish" in request:
        double.names.publish(double.account.identity(request["publish"]), double.settings.region)
    for record in request.get("records", []):
        double.names.put(record["name"], record["type"], [str(value) for value in record["values"]])
    return json_reply({"records": double.names.all()})


def _records(double: Double, _query: Query, _body: bytes) -> Reply:
    return json_reply({"records": double.names.all()})


def _put_received(double: Double, _query: Query, body: bytes) -> Reply:
    request = read_json(body)
    recipients = tuple(str(each) for each in request["recipients"])
    at_s = double.clock.now()
    double.received.add(Received(request["message_id"], request["sender"], recipients, request["subject"], at_s))
    return json_reply({"message_id": request["message_id"]})


def _put_relayed(double: Double, _query: Query, body: bytes) -> Reply:
    return json_reply({"message_id": keep_relayed(double, read_json(body))})


def _put_submitted(double: Double, _query: Query, body: bytes) -> Reply:
    return json_reply(answer_submitted(double, read_json(body)))


def _smtp_login(double: Double, _query: Query, _body: bytes) -> Reply:
    return json_reply(answer_login(double))


def _log(double: Double, query: Query, _body: bytes) -> Reply:
    lines = double.log.lines(after=int(query.get("after", "0")))
    body = "".join(lines).encode()
    return Reply(200, body, content_type="application/x-ndjson")


def _calls(double: Double, query: Query, _body: bytes) -> Reply:
    operation = query.get("operation")
    calls = double.calls.all()
    return json_reply([c for c in calls if operation in (None, c["operation"])])


def _summary(double: Double, _query: Query, _body: bytes) -> Reply:
    calls = double.calls.all()
    summary: dict[str, Any] = {
        "accepted_count": sum(call["accepted_count"] for call in calls),
        "throttled_count": sum(call["throttled_count"] for call in calls),
        "calls_by_operation": Counter(call["operation"] for call in calls),
        "calls_by_outcome": Counter(call["outcome"] for call in calls),
    }
    return json_reply(summary)


def _reset(double: Double, _query: Query, _body: bytes) -> Reply:
    double.reset()
    return json_reply({"is_reset": True})


HANDLERS: dict[tuple[str, str], Callable[[Double, Query, bytes], Reply]] = {
    ("GET", "/_sandbox/health"): _health,
    ("POST", "/_sandbox/faults"): _add_faults,
    ("GET", "/_sandbox/faults"): _list_faults,
    ("DELETE", "/_sandbox/faults"): _clear_faults,
    ("POST", "/_sandbox/quota"): _change_quota,
    ("POST", "/_sandbox/events"): _change_events,
    ("GET", "/_sandbox/events"): _event_counts,
    ("POST", "/_sandbox/clock"): _advance_clock,
    ("POST", "/_sandbox/identities"): _put_identity,
    ("POST", "/_sandbox/dns"): _put_records,
    ("GET", "/_sandbox/dns"): _records,
    ("POST", "/_sandbox/received"): _put_received,
    ("POST", "/_sandbox/relayed"): _put_relayed,
    ("POST", "/_sandbox/submitted"): _put_submitted,
    ("POST", "/_sandbox/smtp-login"): _smtp_login,
    ("GET", "/_sandbox/log"): _log,
    ("GET", "/_sandbox/calls"): _calls,
    ("GET", "/_sandbox/summary"): _summary,
    ("POST", "/_sandbox/reset"): _reset,
}
