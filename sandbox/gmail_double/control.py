"""The control API under /_sandbox/: faults, consents, clock, quota, mailboxes, log, calls."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import Reply, json_reply


def answer_control(double: Double, request: Request) -> Reply:
    """Return the reply to a control request; a wrong one gets 400 and the reason."""
    handler = HANDLERS.get((request.method, request.path.rstrip("/")))
    if handler is None:
        return json_reply({"error": f"No {request.method} {request.path} here."}, status=404)
    try:
        return handler(double, request)
    except GoogleError as error:
        return json_reply({"error": error.message}, status=400)
    except (KeyError, TypeError, ValueError) as error:
        return json_reply({"error": str(error)}, status=400)


def _health(_double: Double, _request: Request) -> Reply:
    return json_reply({"is_ready": True})


def _add_fault(double: Double, request: Request) -> Reply:
    asked: Any = request.json()
    for fault in asked.get("faults", [asked]):
        double.faults.add(fault)
    return json_reply({"faults": double.faults.describe()})


def _list_faults(double: Double, _request: Request) -> Reply:
    return json_reply({"faults": double.faults.describe()})


def _clear_faults(double: Double, _request: Request) -> Reply:
    double.faults.clear()
    return json_reply({"faults": []})


def _change_tokens(double: Double, request: Request) -> Reply:
    settings = double.accounts.settings
    known = {field.name for field in fields(settings)}
    for name, value in request.json().items():
        if name not in known:
            raise ValueError(f"Unknown setting {name!r}; known: {', '.join(sorted(known))}.")
        setattr(settings, name, value)
    return json_reply(asdict(settings))


def _grant(double: Double, request: Request) -> Reply:
    asked = request.json()
    lifetime = asked.get("expires_in_s")
    token = double.accounts.give(
        str(asked["email"]), str(asked["scope"]), expires_in_s=None if lifetime is None else float(lifetime)
    )
    return json_reply({"refresh_token": token})


def _revoke(double: Double, request: Request) -> Reply:
    email = str(request.json()["email"])
    double.accounts.revoke_all_of(email)
    return json_reply({"email": email})


def _expire_access(double: Double, request: Request) -> Reply:
    double.accounts.expire_access_of(str(request.json()["email"]))
    return json_reply({})


def _forget_uploads(double: Double, _request: Request) -> Reply:
    double.uploads.clear()
    return json_reply({})


def _remove_label(double: Double, request: Request) -> Reply:
    asked = request.json()
    double.mailboxes.remove_label(str(asked["email"]), str(asked["name"]))
    return json_reply({})


def _set_merging(double: Double, request: Request) -> Reply:
    double.mailboxes.merges_same_message_id = bool(request.json()["merges_same_message_id"])
    return json_reply({})


def _set_quota(double: Double, request: Request) -> Reply:
    double.quota.units_per_min = int(request.json()["units_per_min"])
    return json_reply(asdict(double.quota))


def _advance_clock(double: Double, request: Request) -> Reply:
    double.clock.advance(float(request.json()["advance_s"]))
    return json_reply({"now_s": double.clock.now()})


def _log(double: Double, request: Request) -> Reply:
    lines = double.mailboxes.log_text(after=int(request.query.get("after", "0")))
    return Reply(200, lines.encode(), content_type="application/x-ndjson")


def _mail(double: Double, request: Request) -> Reply:
    rows = double.mailboxes.listed(request.query.get("email", ""), limit=int(request.query.get("limit", "100000")))
    return json_reply([{**dict(row), "labels": json.loads(row["labels"])} for row in rows])


def _raw(double: Double, request: Request) -> Reply:
    mail = double.mailboxes.mail(request.query["id"])
    return json_reply({"raw": base64.b64encode(mail["raw"]).decode() if mail else None})


def _calls(double: Double, request: Request) -> Reply:
    operation = request.query.get("operation")
    return json_reply([call for call in list(double.calls) if operation in (None, call["operation"])])


def _summary(double: Double, _request: Request) -> Reply:
    counted = Counter(f"{call['operation']} {call['status']}" for call in list(double.calls))
    return json_reply(dict(sorted(counted.items())))


def _reset(double: Double, _request: Request) -> Reply:
    double.reset()
    return json_reply({"is_reset": True})


HANDLERS: dict[tuple[str, str], Callable[[Double, Request], Reply]] = {
    ("GET", "/_sandbox/health"): _health,
    ("POST", "/_sandbox/faults"): _add_fault,
    ("GET", "/_sandbox/faults"): _list_faults,
    ("DELETE", "/_sandbox/faults"): _clear_faults,
    ("POST", "/_sandbox/tokens"): _change_tokens,
    ("POST", "/_sandbox/grants"): _grant,
    ("POST", "/_sandbox/revoke"): _revoke,
    ("POST", "/_sandbox/expire-access"): _expire_access,
    ("POST", "/_sandbox/forget-uploads"): _forget_uploads,
    ("POST", "/_sandbox/remove-label"): _remove_label,
    ("POST", "/_sandbox/merging"): _set_merging,
    ("POST", "/_sandbox/quota"): _set_quota,
    ("POST", "/_sandbox/clock"): _advance_clock,
    ("GET", "/_sandbox/log"): _log,
    ("GET", "/_sandbox/mail"): _mail,
    ("GET", "/_sandbox/raw"): _raw,
    ("GET", "/_sandbox/calls"): _calls,
    ("GET", "/_sandbox/summary"): _summary,
    ("POST", "/_sandbox/reset"): _reset,
}
