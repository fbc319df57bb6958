"""Mail to domains of this account's own: as in the world, it goes to their MX, which is the sandbox's SMTP door.

SES receives for the domains that it has verified; here those are the account's verified domain identities.
"""

from __future__ import annotations

import logging
import queue
import smtplib
import threading
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from sandbox.ses_double import fate
from sandbox.ses_double.account import Account
from sandbox.ses_double.letter import Accepted, bare_address, domain_of, fill_letter, merge_headers
from sandbox.ses_double.mime import add_html

logger = logging.getLogger(__name__)

MOST_WAITING = 1_000
TRIES, TRY_AGAIN_S, ANSWER_S = 30, 1.0, 10.0


class OwnMail:
    """Hands mail over to the door, one after the other, on a thread of its own; without a door it does nothing."""

    def __init__(self, door: tuple[str, int] | None) -> None:
        self._door = door
        self._waiting: queue.Queue[tuple[str, list[str], bytes] | None] = queue.Queue(MOST_WAITING)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="own-mail", daemon=True)

    def start(self) -> None:
        """Start handing over."""
        if self._door:
            self._thread.start()

    def stop(self) -> None:
        """Stop; what waits is lost."""
        self._stopped.set()
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout=5)

    def add(self, message: Accepted, account: Account) -> None:
        """Hand over the copies for the account's own domains, unless the mail is to end otherwise."""
        if not self._door or message.outcome != fate.DELIVERED:
            return
        recipients = [bare_address(mailbox) for mailbox in message.entry.recipients]
        own = [address for address in recipients if account.receives_for(domain_of(address))]
        if not own:
            return
        try:
            self._waiting.put_nowait((bare_address(message.letter.sender), own, source_of(message)))
        except queue.Full:
            logger.warning("own_mail.lost", extra={"reason": "full"})

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            self._hand_over(*job)

    def _hand_over(self, sender: str, recipients: list[str], source: bytes) -> None:
        for _try in range(TRIES):
            try:
                self._send(sender, recipients, source)
            except (OSError, smtplib.SMTPException) as error:
                logger.debug("own_mail.retried", extra={"reason": type(error).__name__})
                if self._stopped.wait(TRY_AGAIN_S):
                    return
            else:
                return
        logger.warning("own_mail.lost", extra={"reason": "refused"})

    def _send(self, sender: str, recipients: list[str], source: bytes) -> None:
        host, port = self._door or ("", 0)
        with smtplib.SMTP(host, port, timeout=ANSWER_S) as client:
            client.sendmail(sender, recipients, source)


def source_of(message: Accepted) -> bytes:
    """Return the message as it goes over the wire: raw ones as they are, others near enough, without their files."""
    if message.letter.raw:
        return message.letter.raw
    filled = fill_letter(message.letter, message.entry.values)
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"] = message.letter.sender, ", ".join((*message.entry.to, *message.entry.cc))
    mail["Subject"] = " ".join(filled.subject.split())
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.accepted_at_s, UTC))
    mail["Message-ID"] = f"<{message.ses_message_id}@email.amazonses.com>"
    for name, value in merge_headers(message.letter.headers, message.entry.headers):
        if name not in mail:
            mail[name] = value
    if filled.text or not filled.html:
        mail.set_content(filled.text)
    if filled.html:
        add_html(mail, filled)
    return mail.as_bytes()
