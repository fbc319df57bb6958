"""One session with a server that lets us send: carries out dialogues, and is kept between them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.mail.smtp.commands import END_OF_MESSAGE, mail_from
from portal.mail.smtp.replies import ProtocolFault
from portal.smtp.wire import NotWritten, Wire

if TYPE_CHECKING:
    from portal.mail.smtp.dialogue import Dialogue, Write
    from portal.mail.smtp.features import Features
    from portal.mail.smtp.replies import Reply
    from portal.smtp.connecting import Patience
    from portal.smtp.watching import Watcher

MAX_MAILS = 500  # many servers hang up after some number; a new connection costs little against so many
_ONE_WRITE_BYTES = 65_536
_GOODBYE_S = 0.5


@dataclass(frozen=True, slots=True)
class Turn:
    """What bounds one dialogue: no letter is begun after `until_s` of the monotonic clock, nothing waited for after
    `ends_s`.
    """

    until_s: float
    watcher: Watcher
    attachment_bytes: int = 0  # in each message
    ends_s: float = math.inf


class Session:
    """Takes one dialogue at a time. Unusable once `is_spent`."""

    def __init__(self, wire: Wire, features: Features, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience
        self.features = features
        self.used_s = time.monotonic()
        self.mail_count = 0
        self.is_spent = False
        self._handed_over_s = 0.0
        self._ends_s = math.inf  # of the turn

    @property
    def is_stale(self) -> bool:
        """Whether the server said something, most likely goodbye, while nobody asked."""
        return self.is_spent or self.mail_count >= MAX_MAILS or not self._wire.is_read_out or self._wire.has_news

    def carry_out(self, dialogue: Dialogue, turn: Turn) -> str:
        """Lead the dialogue as far as it goes; returns "" or, in words, what broke the connection."""
        self._ends_s = turn.ends_s
        try:
            self._write(dialogue.begin(), dialogue)
            while not dialogue.is_over:
                self._step(dialogue, turn)
        except (OSError, ProtocolFault) as error:
            self.is_spent = True
            turn.watcher.failed(str(error))
            return str(error) or "The connection broke."
        self.used_s = time.monotonic()
        if dialogue.closing_reply is None:
            return ""
        self.is_spent = True
        return dialogue.closing_reply.text

    def _step(self, dialogue: Dialogue, turn: Turn) -> None:
        reply = self._wire.waiting_reply()
        if reply is None or dialogue.awaits_message:
            reply = self._awaited(dialogue, turn, reply)
        write = dialogue.take(reply)
        if write.commands:
            self._write(write, dialogue)

    def _awaited(self, dialogue: Dialogue, turn: Turn, reply: Reply | None) -> Reply:
        """Wait for a reply that did not come together with the one before; an answer to a mail is counted."""
        is_answer = dialogue.awaits_message
        patience_s = self._patience.message_s if is_answer else self._patience.reply_s
        reply = reply or self._wire.reply(within_s=self._within(patience_s))
        now_s = time.monotonic()
        if is_answer:
            self._count_answer(now_s, turn)
        if now_s > turn.until_s or self.mail_count >= MAX_MAILS:
            dialogue.open_no_more()
        return reply

    def _within(self, patience_s: float) -> float:
        """So long may be waited: each step has its patience, all together end with the turn."""
        return max(0.01, min(patience_s, self._ends_s - time.monotonic()))

    def _count_answer(self, now_s: float, turn: Turn) -> None:
        self.mail_count += 1
        turn.watcher.answered((now_s - self._handed_over_s) * 1000, attachment_bytes=turn.attachment_bytes)

    def _write(self, write: Write, dialogue: Dialogue) -> None:
        if not write.commands:
            return
        if not write.message:
            self._wire.write(write.commands, within_s=self._within(self._patience.reply_s))
            return
        try:
            self._hand_over(write)
        except NotWritten as error:
            if not error.has_passed:
                dialogue.was_not_handed_over()
            self._hear_out(dialogue)
            raise
        except (OSError, ProtocolFault):
            dialogue.was_not_handed_over()
            raise

    def _hand_over(self, write: Write) -> None:
        """A server that speaks out of turn has hung up, or is not in step: it gets nothing."""
        if not self._wire.is_read_out or self._wire.has_news:
            raise ProtocolFault(self._said_out_of_turn())
        self._handed_over_s = time.monotonic()
        *large, last = write.message if sum(map(len, write.message)) > _ONE_WRITE_BYTES else [b"".join(write.message)]
        for piece in large:
            self._wire.write_counted(piece, within_s=self._within(self._patience.message_s), mark=len(piece) + 1)
        mark = len(last) + len(END_OF_MESSAGE)
        self._wire.write_counted(last + write.commands, within_s=self._within(self._patience.message_s), mark=mark)

    def _said_out_of_turn(self) -> str:
        return f"The server answers out of step: {self._wire.reply(within_s=_GOODBYE_S).text}"

    def _hear_out(self, dialogue: Dialogue) -> None:
        """The connection broke under a message: perhaps the server said why, and hung up."""
        try:
            dialogue.take(self._wire.reply(within_s=_GOODBYE_S))
        except (OSError, ProtocolFault):
            return

    def ask_about_sender(self, address: str) -> Reply:
        """How the server answers to mail from this address; no mail is sent. Raises OSError or ProtocolFault."""
        self._wire.write(mail_from(address), within_s=self._patience.reply_s)
        reply = self._wire.reply(within_s=self._patience.reply_s)
        self._wire.write(b"RSET\r\n", within_s=self._patience.reply_s)
        self._wire.reply(within_s=self._patience.reply_s)
        return reply

    def close(self) -> None:
        """Say goodbye where the server may hear it."""
        try:
            if not self.is_spent:
                self._wire.write(b"QUIT\r\n", within_s=_GOODBYE_S)
        except OSError:
            pass
        finally:
            self.is_spent = True
            self._wire.close()
