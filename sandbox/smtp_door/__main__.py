"""`python -m sandbox.smtp_door --port 2525`: mail that is sent here comes in as if SES had received it. Loopback only.

A header `X-Sandbox-Verdict: spam=FAIL dmarc=GRAY` in a mail makes SES judge it so; without it all verdicts are PASS.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from email import policy
from email.parser import BytesHeaderParser
from functools import partial

from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.receiving import MOST_MAIL_BYTES, InboundNames, Incoming, read_verdicts, receive_mail
from sandbox.smtp_serving import serve_smtp

VERDICT_HEADER = "X-Sandbox-Verdict"
logger = logging.getLogger(__name__)


class Door:
    """What aiosmtpd asks about each mail."""

    def __init__(self, names: InboundNames) -> None:
        self._names = names

    async def handle_RCPT(  # noqa: N802  # named by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take every recipient that has a domain."""
        if not address.rpartition("@")[2]:
            return "550 5.1.1 no domain"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail and tell of it; refuse for the moment when that fails, as SES does."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            incoming = Incoming(raw, envelope.mail_from or "", envelope.rcpt_tos, _verdicts(raw))
            message_id = await asyncio.to_thread(receive_mail, incoming, self._names)
        except ValueError as error:
            return f"554 5.6.0 {error}"
        except (BotoCoreError, ClientError, OSError):
            logger.exception("not taken in")
            return "451 4.4.0 Try again later"
        return f"250 2.0.0 OK {message_id}"


def _verdicts(raw: bytes) -> dict[str, str]:
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[: 64 * 1024])
    return read_verdicts(str(parsed.get(VERDICT_HEADER, "")).split())


def _protocol(door: Door) -> SMTP:
    return SMTP(
        door,
        hostname="inbound-smtp.sandbox",
        data_size_limit=MOST_MAIL_BYTES,
        decode_data=False,
        enable_SMTPUTF8=False,
        ident="Postroom sandbox",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.smtp_door", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    make_protocol = partial(_protocol, Door(InboundNames.from_environment()))
    asyncio.run(serve_smtp(make_protocol, port=parser.parse_args().port, words="Mail comes in on"))
