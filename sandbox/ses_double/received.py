"""Mail that SES received, as far as SendBounce must know it, and SendBounce itself (SES API v1, query protocol).

Source: SES API v1 Reference, SendBounce; developer guide, "Email receiving concepts": only within 24 hours, only mail
that SES received, only its own recipients.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sandbox.ses_double.errors import SesError, rejected
from sandbox.ses_double.letter import Accepted, Entry, Letter
from sandbox.ses_double.reply import Reply

OPERATION = "SendBounce"
NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"
LATEST_S = 24 * 3600
MOST_RECIPIENTS = 100
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that came in."""

    message_id: str
    sender: str  # of the envelope; "" = null
    recipients: tuple[str, ...]
    subject: str
    at_s: float


class ReceivedMail:
    """What came in, by message id."""

    def __init__(self) -> None:
        self._found: dict[str, Received] = {}
        self._lock = threading.Lock()

    def add(self, mail: Received) -> None:
        """Remember a mail."""
        with self._lock:
            self._found[mail.message_id] = mail

    def get(self, message_id: str) -> Received | None:
        """Return a mail, or None when SES never received it."""
        with self._lock:
            return self._found.get(message_id)


def bounce_letter(form: Mapping[str, str], mail: Received | None, now_s: float) -> tuple[Letter, Entry]:
    """Return the bounce to be sent. Raises SesError as SES does."""
    recipients = [value for name, value in form.items() if name.endswith(".Recipient") and "InfoList.member" in name]
    if not form.get("OriginalMessageId") or not form.get("BounceSender") or not recipients:
        raise SesError("ValidationError", "OriginalMessageId, BounceSender and a bounced recipient are required.")
    if mail is None:
        raise rejected(f"Original message not found: {form['OriginalMessageId']}.")
    if now_s - mail.at_s > LATEST_S:
        raise rejected("The original message is older than 24 hours.")
    if not mail.sender:
        raise rejected("The original message has no return path.")
    known = {recipient.lower() for recipient in mail.recipients}
    strangers = [recipient for recipient in recipients if recipient.lower() not in known]
    if strangers or len(recipients) > MOST_RECIPIENTS:
        raise rejected("A bounced recipient is not one of the original message.")
    text = "\n".join([form.get("Explanation", ""), "", *[f"Not delivered: {each}" for each in recipients]])
    letter = Letter(
        operation=OPERATION,
        sender=form["BounceSender"],
        subject=f"Delivery Status Notification (Failure): {mail.subject}",
        text=text,
        headers=(("Return-Path", "<>"), ("Auto-Submitted", "auto-replied"), ("X-Original-Message-ID", mail.message_id)),
    )
    return letter, Entry((mail.sender,))


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a query-protocol request."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def bounce_reply(accepted: Accepted) -> Reply:
    """Return what SES answers."""
    body = (
        f'<SendBounceResponse xmlns="{NAMESPACE}"><SendBounceResult><MessageId>{accepted.ses_message_id}</MessageId>'
        "</SendBounceResult><ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></SendBounceResponse>"
    )
    return Reply(200, body.encode(), content_type="text/xml")


def query_error(code: str, message: str, status: int = 400) -> Reply:
    """Return an error in the form of AWS's query protocol."""
    kind = "Sender" if status < SERVER_ERROR else "Receiver"
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>"
    )
    return Reply(status, body.encode(), content_type="text/xml")
