"""`python -m sandbox.smtp_sink --port 2526 --mailbox http://127.0.0.1:8025`: a relay whose mail lies in the mailbox.

Recipients whom SES's simulator would bounce it refuses for good (550 5.1.1), full mailboxes for now (452 4.2.2).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import logging
import urllib.request
from functools import partial

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.asking import open_loopback
from sandbox.ses_double import fate
from sandbox.ses_double.relayed import RelayedMail
from sandbox.smtp_serving import serve_smtp

LARGEST_MAIL_BYTES = 25 * 1024**2
ANSWER_S = 10
REFUSALS = {fate.BOUNCED: "550 5.1.1 No such mailbox here", fate.MAILBOX_FULL: "452 4.2.2 The mailbox is full"}
logger = logging.getLogger(__name__)


class Relay:
    """What aiosmtpd asks about each mail."""

    def __init__(self, mailbox_url: str) -> None:
        self._mailbox_url = mailbox_url

    async def handle_RCPT(  # noqa: N802  # named by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take everybody but those whose address asks for a refusal."""
        refusal = REFUSALS.get(fate.fate_of(address))
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Put the mail into the mailbox; refuse for the moment while that does not answer."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail: RelayedMail = {
            "raw": base64.b64encode(raw).decode(),
            "sender": envelope.mail_from or "",
            "recipients": envelope.rcpt_tos,
        }
        try:
            message_id = await asyncio.to_thread(keep_mail, mail, self._mailbox_url)
        except OSError:
            logger.exception("not kept")
            return "451 4.3.0 The mailbox does not answer"
        return f"250 2.0.0 OK {message_id}"


def keep_mail(mail: RelayedMail, mailbox_url: str) -> str:
    """Hand a mail to the mailbox's control API; return its id. Raises OSError."""
    request = urllib.request.Request(f"{mailbox_url}/_sandbox/relayed", json.dumps(mail).encode(), method="POST")
    with open_loopback(request, timeout_s=ANSWER_S) as reply:
        return str(json.load(reply)["message_id"])


def let_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, _login: object) -> AuthResult:
    """Take every login, so that what was written for a real relay works here as it stands."""
    return AuthResult(success=True)


def make_protocol(relay: Relay) -> SMTP:
    """Return what talks on one connection."""
    return SMTP(
        relay,
        hostname="relay.sandbox",
        data_size_limit=LARGEST_MAIL_BYTES,
        decode_data=False,
        enable_SMTPUTF8=True,
        authenticator=let_in,
        auth_require_tls=False,  # loopback only
        ident="Postroom sandbox relay",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.smtp_sink", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--mailbox", required=True, metavar="URL", help="of the double of SES, whose mailbox it fills")
    arguments = parser.parse_args()
    words = "The relay takes mail on"
    asyncio.run(serve_smtp(partial(make_protocol, Relay(arguments.mailbox)), port=arguments.port, words=words))
