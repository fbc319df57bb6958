"""Mail that the SMTP endpoint took from a user of IAM: sent as by the API, under the user's name in events.

Whether the user may send as it does, the endpoint has asked IAM; identities, quota and the account are asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.ses_double.calls import Call
from sandbox.ses_double.double import Double
from sandbox.ses_double.errors import SesError, paused, recipient_refused, suspended, throttled
from sandbox.ses_double.letter import Letter
from sandbox.ses_double.raw_message import read_raw
from sandbox.ses_double.sending import refused
from sandbox.ses_double.wire import LoginAnswer, SendEmailRequest, SubmittedAnswer, SubmittedMail

OPERATION = "SendSmtpEmail"
LOGIN = "SmtpLogin"
REFUSING_FAULTS: dict[str, Callable[[], SesError]] = {
    "throttle": throttled,
    "paused": paused,
    "suspended": suspended,
    "recipient_refused": recipient_refused,
}
INTERNAL_FAILURE = "InternalFailure"


def answer_login(double: Double) -> LoginAnswer:
    """Let a fault strike a login; its kind `login_refused` refuses, every other says that it is to be tried later."""
    fault = double.faults.take(LOGIN, [])
    if fault is None:
        return {"fault": ""}
    return {"fault": "refused" if fault.kind == "login_refused" else "later"}


def answer_submitted(double: Double, mail: SubmittedMail) -> SubmittedAnswer:
    """Take one mail, or say why not; faults for `SendSmtpEmail` strike here."""
    call = double.calls.open(OPERATION, double.clock.now())
    try:
        _strike(double, mail)
        message_id = take_submitted(double, mail, call)
        call["outcome"] = "ok"
    except SesError as error:
        call["outcome"] = error.code
        return {"code": error.code, "error": error.message}
    finally:
        call["ended_at_s"] = double.clock.now()
    return {"message_id": message_id}


def _strike(double: Double, mail: SubmittedMail) -> None:
    fault = double.faults.take(OPERATION, mail["recipients"])
    if fault is None:
        return
    refusal = REFUSING_FAULTS.get(fault.kind)
    raise refusal() if refusal else SesError(INTERNAL_FAILURE, "Internal failure.", 500)


def take_submitted(double: Double, mail: SubmittedMail, call: Call) -> str:
    """Take one mail; return its id. Raises SesError."""
    request: SendEmailRequest = {"Destination": {"BccAddresses": mail["recipients"]}}
    read, entry = read_raw(request, mail["raw"])
    entry = replace(entry, to=entry.bcc, bcc=())  # the envelope says who gets it, not who is named in it
    letter = _as_submitted(double, read, mail)
    call["recipients_count"] = len(entry.recipients)
    double.check_may_send(letter)
    if mail["sender"]:
        double.account.check_sender(mail["sender"])
    double.check_recipients(entry)
    refusal = double.quota.take(len(entry.recipients))
    if refusal:
        call["throttled_count"] = len(entry.recipients)
        raise refused(refusal)
    [message] = double.accept(letter, [entry])
    call["accepted_count"] = len(entry.recipients)
    return message.ses_message_id


def _as_submitted(double: Double, letter: Letter, mail: SubmittedMail) -> Letter:
    chosen = letter.configuration_set or double.account.default_set(letter.sender)
    return replace(
        letter,
        operation=OPERATION,
        configuration_set=chosen,
        caller=mail["caller"],
        source_ip=mail["source_ip"],
        envelope_from=mail["sender"],
    )
