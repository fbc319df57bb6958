"""The part of SES API v1 that v2 lacks: SendBounce, asked for by a form and answered in XML."""

from __future__ import annotations

from sandbox.ses_double.double import Double
from sandbox.ses_double.errors import SesError
from sandbox.ses_double.received import OPERATION, bounce_letter, bounce_reply, query_error, read_form
from sandbox.ses_double.reply import DROPPED, Reply

REFUSING = {"throttle": ("Throttling", "Rate exceeded", 400), "error_500": ("InternalFailure", "Sorry.", 500)}
LOSING = frozenset({"drop_reply", "stall", "truncated_json"})


def answer_query(double: Double, body: bytes) -> Reply:
    """Return the reply to a form posted to /."""
    form = read_form(body)
    if form.get("Action") != OPERATION:
        return query_error("InvalidAction", f"The sandbox does not know {form.get('Action', 'this')}.")
    call = double.calls.open(OPERATION, double.clock.now())
    try:
        reply = _send_bounce(double, form)
        call["outcome"], call["accepted_count"] = "ok", 1
    except SesError as error:
        call["outcome"] = error.code
        reply = query_error(error.code, error.message, error.status)
    finally:
        call["ended_at_s"] = double.clock.now()
    return reply


def _send_bounce(double: Double, form: dict[str, str]) -> Reply:
    now_s = double.clock.now()
    mail = double.received.get(form.get("OriginalMessageId", ""))
    letter, entry = bounce_letter(form, mail, now_s)
    double.account.check_sender(letter.sender)
    fault = double.faults.take(OPERATION, entry.recipients)
    if fault is not None and fault.kind in REFUSING:
        raise SesError(*REFUSING[fault.kind])
    if fault is not None and fault.kind not in LOSING:
        return DROPPED
    [accepted] = double.accept(letter, [entry])
    return bounce_reply(accepted) if fault is None else DROPPED
