"""One connection's dialogue over mails with one recipient each: what to write next, what each answer means; pure.

Where the server offers PIPELINING, each write is [message . MAIL RCPT DATA] of one mail and the next, answered as a
whole; elsewhere every command waits for its answer. Source: RFC 5321, sections 3.3 and 4.3; RFC 2920, section 3.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

from portal.errors import InvalidInput
from portal.mail.smtp.commands import END_OF_MESSAGE, UnsafeCommand, dot_stuffed, mail_from, rcpt_to
from portal.mail.smtp.features import Features
from portal.mail.smtp.replies import ProtocolFault, Reply

GO_ON, CLOSING = 354, 421
_RSET, _DATA = b"RSET\r\n", b"DATA\r\n"


class Letter(NamedTuple):
    """One mail: from whom, to whom, and the message as it was made, in pieces."""

    sender: str
    recipient: str
    message: Sequence[bytes]


class Step(Enum):
    """What an answer answers."""

    RESET = "RSET"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    MESSAGE = "."
    NOTHING = "lone ."  # the end of a message to nobody


class Write(NamedTuple):
    """Bytes to write now: first `message`, whose end the commands begin with, then the commands."""

    message: Sequence[bytes] = ()
    commands: bytes = b""


class Answer(NamedTuple):
    """The word that decided about one mail, and to which step it was said."""

    step: Step
    reply: Reply

    @property
    def is_accepted(self) -> bool:
        return self.step is Step.MESSAGE and self.reply.is_positive


class _Opened(NamedTuple):
    """A letter whose commands were written."""

    number: int
    letter: Letter
    message: list[bytes]  # as it goes over the wire


MakeLetter: TypeAlias = Callable[[int], Letter]
_NO_WRITE = Write()


class Dialogue:
    """Hands out letters `first` to `count` - 1, each made when its turn comes.

    Write what `begin` gives, feed every reply to `take` and write what that gives, until `is_over`. Then `answers` has
    how each letter was answered, `unfit` why some cannot be sent at all, and `undecided` the one whose message was
    handed over without an answer. All others were provably not accepted.
    """

    def __init__(self, count: int, make_letter: MakeLetter, features: Features, *, first: int = 0) -> None:
        self._count = count
        self._make = make_letter
        self._features = features
        self._expected: deque[tuple[int, Step]] = deque()
        self._next = first
        self._opened: _Opened | None = None
        self._is_refused = False  # the opened one
        self._step = Step.RESET  # that was answered last
        self._must_reset = False
        self.closing_reply: Reply | None = None  # 421: the server hangs up
        self.undecided: int | None = None
        self.answers: dict[int, Answer] = {}
        self.unfit: dict[int, InvalidInput] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to wait for on this connection."""
        return self.closing_reply is not None or not self._expected

    @property
    def awaits_message(self) -> bool:
        """Whether the next reply is about a message that was handed over."""
        return bool(self._expected) and self._expected[0][1] is Step.MESSAGE

    def begin(self) -> Write:
        """The first commands."""
        return Write(commands=self._open_next())

    def open_no_more(self) -> None:
        """Let the letters whose commands were not written wait."""
        self._count = self._next

    def was_not_handed_over(self) -> None:
        """The last write ended before the end of its message."""
        self.undecided = None

    def take(self, reply: Reply) -> Write:
        """Note one reply; gives what is to be written once all replies that were due have come.

        Raises ProtocolFault for one that nothing was asked for.
        """
        if not self._expected and reply.code != CLOSING:
            raise ProtocolFault("The server answers out of step.")
        if self._expected:
            self._note(*self._expected.popleft(), reply)
        if reply.code == CLOSING:
            self.closing_reply = reply
        return _NO_WRITE if self._expected or self.closing_reply else self._go_on(reply)

    def _note(self, number: int, step: Step, reply: Reply) -> None:
        self._step = step
        if step is Step.MESSAGE:
            self.undecided = None
            self.answers[number] = Answer(step, reply)
        elif step is not Step.RESET and step is not Step.NOTHING and reply.code != CLOSING:
            is_good = reply.code == GO_ON if step is Step.DATA else reply.is_positive
            if step is Step.SENDER:
                self._must_reset = is_good
            if not is_good and not self._is_refused:
                self._is_refused = True
                self.answers[number] = Answer(step, reply)

    def _go_on(self, reply: Reply) -> Write:
        """Everything is answered: hand the message over, or nothing in its place, or go on to the next command."""
        if self._step is Step.DATA and reply.code == GO_ON:
            self._must_reset = False
            return self._hand_over()
        if (self._step is Step.SENDER or self._step is Step.RECIPIENT) and not self._is_refused:
            return Write(commands=self._ask_next())
        return Write(commands=self._open_next())

    def _hand_over(self) -> Write:
        """A DATA that was allowed although the recipient was refused is ended by a lone dot."""
        opened = self._opened
        if opened is None or self._is_refused:
            self._expected.append((self._next, Step.NOTHING))
            return Write(commands=END_OF_MESSAGE + self._open_ahead())
        self.undecided = opened.number
        self._expected.append((opened.number, Step.MESSAGE))
        return Write(opened.message, END_OF_MESSAGE + self._open_ahead())

    def _open_ahead(self) -> bytes:
        return self._open_next() if self._features.has_pipelining else b""

    def _ask_next(self) -> bytes:
        """The next command of a plain dialogue."""
        if self._opened is None or self._step is Step.RECIPIENT:
            self._expected.append((self._next - 1, Step.DATA))
            return _DATA
        self._expected.append((self._opened.number, Step.RECIPIENT))
        return rcpt_to(self._opened.letter.recipient)

    def _open_next(self) -> bytes:
        """The commands that begin the next letter, after a reset where the one before was left open."""
        reset = b""
        if self._must_reset:
            self._must_reset = False
            self._expected.append((self._next, Step.RESET))
            reset = _RSET
        if reset and not self._features.has_pipelining:
            return reset
        while self._next < self._count:
            number = self._next
            self._next += 1
            try:
                return reset + self._opening(number)
            except InvalidInput as error:
                self.unfit[number] = error
        return reset

    def _opening(self, number: int) -> bytes:
        letter = self._make(number)
        message = dot_stuffed(letter.message)
        _require_fit(letter, message, self._features)
        opening = mail_from(
            letter.sender, parameters=self._features.mail_parameters((letter.sender, letter.recipient), message)
        )
        recipient = rcpt_to(letter.recipient)
        self._opened, self._is_refused = _Opened(number, letter, message), False
        self._expected.append((number, Step.SENDER))
        if not self._features.has_pipelining:
            return opening
        self._expected += [(number, Step.RECIPIENT), (number, Step.DATA)]
        return opening + recipient + _DATA


class TooLarge(InvalidInput):
    """The message is larger than the server says it takes."""


def _require_fit(letter: Letter, message: Sequence[bytes], features: Features) -> None:
    size_bytes = sum(map(len, message))
    if 0 < features.size_bytes < size_bytes:
        raise TooLarge(f"The mail has {size_bytes:,} bytes, but the server takes at most {features.size_bytes:,}.")
    if not features.has_smtputf8 and not (letter.sender + letter.recipient).isascii():
        raise UnsafeCommand("The server takes no address with letters beyond ASCII (SMTPUTF8).")
