"""The double as a whole: one SES account in one region, and what it accepted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.ses_double import fate
from sandbox.ses_double.acceptance_log import AcceptanceLog
from sandbox.ses_double.account import REASONS, Account
from sandbox.ses_double.calls import CallBook
from sandbox.ses_double.clock import Clock
from sandbox.ses_double.errors import paused, suspended
from sandbox.ses_double.events import TYPES_BY_OUTCOME
from sandbox.ses_double.faults import FaultPlan
from sandbox.ses_double.letter import (
    Accepted,
    Entry,
    Letter,
    bare_address,
    fill_subject,
    missing_place,
)
from sandbox.ses_double.mailbox_store import MailboxStore
from sandbox.ses_double.names import Names
from sandbox.ses_double.own_mail import OwnMail
from sandbox.ses_double.publisher import EventPublisher, EventSettings
from sandbox.ses_double.quota import DAY_S, QuotaSettings, SendQuota
from sandbox.ses_double.readers import TRACKED
from sandbox.ses_double.received import ReceivedMail

MAILBOX_FILE = "mailbox.sqlite3"
LOG_FILE = "acceptance.jsonl"


@dataclass(frozen=True, slots=True)
class DoubleSettings:
    """How a double is started; a reset brings its quota back to this."""

    data_dir: Path
    region: str = "us-east-1"
    mailbox_kept_count: int = 20_000  # 0 = keep no mail
    quota: QuotaSettings = field(default_factory=QuotaSettings)
    door: tuple[str, int] | None = None  # where mail to own domains goes; None = nowhere
    published: frozenset[str] = frozenset()  # domains whose DNS records are written as soon as SES knows them
    half_published: frozenset[str] = frozenset()  # and those whose owner made mistakes


class Double:
    """Holds the parts; the API, the control API and the mailbox pages use them."""

    def __init__(self, settings: DoubleSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.quota = SendQuota(self.clock, settings.quota)
        self.account = Account(settings.region)
        self.faults = FaultPlan()
        self.calls = CallBook()
        self.received = ReceivedMail()
        self.events = EventPublisher(self.clock)
        self.own_mail = OwnMail(settings.door)
        self.names = Names()
        self.log = AcceptanceLog(settings.data_dir / LOG_FILE)
        self.mailbox = self._open_mailbox()
        self._restore_quota()

    def start(self) -> None:
        """Start publishing events and passing on mail to own domains."""
        self.events.start()
        self.own_mail.start()

    def stop(self) -> None:
        """Write what waits and stop all threads."""
        self.events.stop()
        self.own_mail.stop()
        if self.mailbox:
            self.mailbox.stop()
        self.log.close()

    def reset(self) -> None:
        """Return to the state after the start; identities and sets stay."""
        self.faults.clear()
        self.events.clear()
        self.events.settings = EventSettings()
        self.clock.ahead_s = 0.0
        self.quota.settings = self.settings.quota
        self.quota.reset()
        self.calls.clear()
        self.account.suppressed.clear()
        self.account.suppressed_reasons = REASONS
        self.log.clear()
        if self.mailbox:
            self.mailbox.clear()

    def check_may_send(self, letter: Letter) -> None:
        """Raise SesError for what stops every message of a call."""
        settings = self.quota.settings
        if settings.enforcement_status == "SHUTDOWN":
            raise suspended()
        if not settings.sending_enabled:
            raise paused()
        if letter.configuration_set:
            chosen = self.account.configuration_set(letter.configuration_set)
            if not chosen.sending_enabled:
                raise paused(f"configuration set <{chosen.name}>")
        self.account.check_sender(letter.sender)

    def check_recipients(self, entry: Entry) -> None:
        """Raise MessageRejected in SES's own sandbox, for unverified recipients."""
        if self.quota.settings.production_access:
            return
        for mailbox in entry.recipients:
            if not bare_address(mailbox).endswith("@" + fate.SIMULATOR_DOMAIN):
                self.account.check_sender(mailbox)

    def accept(self, letter: Letter, entries: list[Entry]) -> list[Accepted]:
        """Take the messages: log them, put them in the mailbox, queue their events, pass on what is for us."""
        messages = [self._accepted(letter, entry) for entry in entries]
        self.log.append(messages)
        if self.mailbox:
            self.mailbox.add(messages)
        topics = self._topics(letter.configuration_set)
        if topics:
            for message in messages:
                self.events.add(message, topics)
        for message in messages:
            self.own_mail.add(message, self.account)
        return messages

    def _accepted(self, letter: Letter, entry: Entry) -> Accepted:
        now_s = self.clock.now()
        return Accepted(
            ses_message_id=f"0100{int(now_s * 1000):012x}-{uuid.uuid4()}-000000",
            accepted_at_s=now_s,
            letter=letter,
            entry=entry,
            subject=fill_subject(letter, entry.values),
            outcome=self._outcome(letter, entry),
        )

    def _outcome(self, letter: Letter, entry: Entry) -> str:
        if missing_place(letter, entry.values) is not None:
            return fate.RENDERING_FAILURE
        first = entry.recipients[0]
        if self.account.holds_back(bare_address(first)):
            return fate.ACCOUNT_SUPPRESSED
        return fate.fate_of(first)

    def _topics(self, set_name: str) -> Mapping[str, list[str]]:
        """Return topics by event type; empty when nobody listens."""
        if not self.account.listens(set_name):
            return {}
        types = {kind for kinds in TYPES_BY_OUTCOME.values() for kind in kinds} | TRACKED
        return {kind: self.account.topics_for(set_name, kind) for kind in types}

    def _open_mailbox(self) -> MailboxStore | None:
        kept_count = self.settings.mailbox_kept_count
        if kept_count <= 0:
            return None
        path = self.settings.data_dir / MAILBOX_FILE
        return MailboxStore(path, kept_count=kept_count)

    def _restore_quota(self) -> None:
        """Count what the log says was accepted in the last 24 hours."""
        oldest_s = self.clock.now() - DAY_S
        for line in self.log.lines():
            at_s = float(json.loads(line)["at_s"])
            if at_s > oldest_s:
                self.quota.restore(at_s, 1)
