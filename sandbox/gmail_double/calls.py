"""From a request to the call that answers it, with the faults that are in force."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.gmail_double import gmail_api, oauth_api
from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.faults import Fault
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import DROPPED, Reply

Answer = Callable[[Double, Request], Reply]
OAUTH: dict[tuple[str, str], tuple[str, Answer]] = {
    ("POST", "/token"): ("token", oauth_api.token),
    ("POST", "/revoke"): ("revoke", oauth_api.revoke),
    ("GET", "/v1/userinfo"): ("userinfo", oauth_api.userinfo),
}


def find_call(request: Request) -> tuple[str, Answer] | None:
    """Return the operation of a request and what answers it; None when it is no call of Google's."""
    if (request.method, request.path) in OAUTH:
        return OAUTH[request.method, request.path]
    if gmail_api.IMPORT.fullmatch(request.path):
        return _upload(request)
    for method, pattern, operation, answer in gmail_api.ROUTES:
        if request.method == method and pattern.fullmatch(request.path):
            return operation, answer
    return None


def _upload(request: Request) -> tuple[str, Answer] | None:
    if request.query.get("uploadType") != "resumable":
        return ("import_media", gmail_api.import_media) if request.method == "POST" else None
    if request.method == "POST":
        return "import_start", gmail_api.import_start
    if request.headers.get("content-range", "").startswith("bytes */"):
        return "import_status", gmail_api.import_put
    return "import_put", gmail_api.import_put


def answer_call(double: Double, request: Request, operation: str, answer: Answer) -> Reply:
    """Return the reply, or what a fault makes of it."""
    account = account_of(double, request, operation)
    fault = double.faults.take(operation, account)
    reply = _answered(double, request, answer) if fault is None else _struck(double, request, answer, fault)
    double.note(operation, account, reply.status)
    return reply


def account_of(double: Double, request: Request, operation: str) -> str:
    """Return whose account a call is about; "" when it cannot be told."""
    if operation in {"import_put", "import_status"}:
        return double.uploads.email_of(request.query.get("upload_id", ""))
    if operation == "token":
        return double.accounts.email_of_refresh(request.form.get("refresh_token", ""))
    try:
        return double.accounts.holder(request.bearer)[0]
    except GoogleError:
        return ""


def _answered(double: Double, request: Request, answer: Answer) -> Reply:
    try:
        return answer(double, request)
    except GoogleError as error:
        return error.reply


def _struck(double: Double, request: Request, answer: Answer, fault: Fault) -> Reply:
    if fault.kind == "answer":
        return GoogleError(fault.error, retry_after_s=fault.retry_after_s).reply
    if fault.kind == "drop_reply":
        _answered(double, request, answer)
    if fault.kind == "cut":
        double.uploads.keep_part(request.query.get("upload_id", ""), request.body[: fault.after_bytes])
    if fault.kind != "stall":
        return DROPPED
    reply = _answered(double, request, answer) if fault.accepted else DROPPED
    double.stopping.wait(fault.stall_s)
    return reply
