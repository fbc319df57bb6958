"""What the SMTP endpoint does with a login and with a mail: asks IAM, then hands the mail to the double."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import urllib.request
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.asking import open_loopback
from sandbox.ses_double.wire import LoginAnswer, SubmittedAnswer, SubmittedMail
from sandbox.ses_smtp import replies
from sandbox.ses_smtp.facts import KeyFacts
from sandbox.ses_smtp.iam import is_allowed
from sandbox.ses_smtp.login import BAD_CREDENTIALS, GOOD, TEMPORARY_FAILURE, LoginRefused, LoginRules, log_in

ACTION = "ses:SendRawEmail"
MOST_RECIPIENTS = 50
ANSWER_S = 10
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """Whom the endpoint asks."""

    rules: LoginRules
    ses_url: str


class SesSmtp(SMTP):
    """The protocol with SES's words where aiosmtpd has its own."""

    async def push(self, status: Any) -> None:  # text or bytes, of any reply
        reply = status.encode() if isinstance(status, str) else status
        await super().push(replies.TOO_LONG.encode() if reply.startswith(b"552 ") else reply)


class Endpoint:
    """What aiosmtpd asks about logins and mails."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _name: str, given: object
    ) -> AuthResult:
        """Log somebody in, as aiosmtpd's authenticator; what it asks for lies on loopback and answers at once."""
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False, message=BAD_CREDENTIALS)
        try:
            self._meet_fault()
            facts = log_in(given.login.decode(), given.password.decode(), self._places.rules)
        except (LoginRefused, UnicodeDecodeError) as error:
            message = str(error) if isinstance(error, LoginRefused) else BAD_CREDENTIALS
            return AuthResult(success=False, handled=False, message=message)
        return AuthResult(success=True, message=GOOD, auth_data=facts)

    async def handle_MAIL(  # noqa: N802  # named by aiosmtpd
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender from somebody who is logged in."""
        if not session.authenticated:
            return replies.LOGIN_FIRST
        if address and "@" not in address:
            return replies.BAD_SENDER
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take up to fifty recipients."""
        if "@" not in address:
            return replies.BAD_RECIPIENT
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return replies.TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Ask IAM about the senders named in the mail, then SES about all else."""
        facts = cast("KeyFacts", session.auth_data)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            return await asyncio.to_thread(self._submit, facts, raw, envelope, _peer(session))
        except OSError:
            logger.exception("not handed over")
            return replies.TEMPORARY

    def _submit(self, facts: KeyFacts, raw: bytes, envelope: Envelope, source_ip: str) -> str:
        headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
        senders = [address for _name, address in getaddresses([str(v) for v in headers.get_all("From", [])]) if address]
        if not senders:
            return replies.NO_SENDER_IN_MAIL
        for sender in senders:
            refusal = self._refusal_of(facts, sender, envelope, source_ip)
            if refusal:
                return refusal
        mail: SubmittedMail = {
            "raw": base64.b64encode(raw).decode(),
            "sender": envelope.mail_from or "",
            "recipients": list(envelope.rcpt_tos),
            "caller": facts["user_name"],
            "source_ip": source_ip,
        }
        answer: SubmittedAnswer = self._ask("submitted", mail)
        if "message_id" in answer:
            return f"250 Ok {answer['message_id']}"
        return replies.refusal(answer["code"], answer["error"])

    def _refusal_of(self, facts: KeyFacts, sender: str, envelope: Envelope, source_ip: str) -> str:
        """Return SES's reply when IAM does not let the user send as this sender, else ""."""
        domain = parseaddr(sender)[1].rpartition("@")[2].lower()
        resource = f"arn:aws:ses:{self._places.rules.region}:{facts['account_id']}:identity/{domain}"
        context = {
            "ses:fromaddress": [sender],
            "ses:feedbackaddress": [envelope.mail_from or sender],
            "ses:recipients": list(envelope.rcpt_tos),
            "aws:username": [facts["user_name"]],
            "aws:sourceip": [source_ip],
        }
        if is_allowed(facts["policies"], action=ACTION, resource=resource, context=context):
            return ""
        return replies.access_denied(facts["user_arn"], resource)

    def _meet_fault(self) -> None:
        try:
            answer: LoginAnswer = self._ask("smtp-login", {})
        except OSError:
            raise LoginRefused(TEMPORARY_FAILURE) from None
        if answer["fault"]:
            raise LoginRefused(BAD_CREDENTIALS if answer["fault"] == "refused" else TEMPORARY_FAILURE)

    def _ask(self, path: str, body: object) -> Any:
        request = urllib.request.Request(f"{self._places.ses_url}/_sandbox/{path}", json.dumps(body).encode())
        with open_loopback(request, timeout_s=ANSWER_S) as reply:
            return json.load(reply)


def _peer(session: Session) -> str:
    return str(session.peer[0]) if session.peer else "127.0.0.1"
