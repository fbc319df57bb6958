"""An SMTP relay as a transport: a group goes over one kept connection, pipelined where the relay offers it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from campaigns.relays.noting import note_relay_use
from campaigns.relays.use import UseCounter
from campaigns.sending.outcomes import CallResult
from campaigns.sending.transports.mime import CANNOT_READ_FILE, unreadable_file
from campaigns.sending.transports.smtp_answers import (
    answers_lost,
    hung_up,
    lost_outcome,
    not_tried,
    outcome_of,
    unfit_outcome,
    whole_result,
    without_session,
)
from portal.errors import InvalidInput
from portal.mail.smtp.dialogue import Dialogue, Letter, TooLarge
from portal.smtp.connecting import USUAL_PATIENCE, open_session
from portal.smtp.errors import NoSession
from portal.smtp.pool import SessionPool
from portal.smtp.session import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.relays.connection_settings import RelaySettings
    from campaigns.sending.outcomes import Envelope, Outcome, Outgoing
    from campaigns.sending.transports.mime import MailMaker
    from portal.smtp.session import Session

BEGIN_WITHIN_S = 8.0  # of a call: later mails of its group wait, so that a slow relay does not outlast the lease
END_WITHIN_S = 100.0  # of a call, whatever it waits for then: behind the lease somebody else has its people
MAX_LOST = 2  # answers that may get lost in one call before the rest of its group waits
sessions = SessionPool()


class SmtpTransport:
    """Sends one campaign's message through a relay; made for one chunk, over connections that outlive it.

    A mail of which nothing but commands had left may go out again over a new connection: that one was provably not
    accepted. One whose end was handed over never does.
    """

    max_group = 50

    def __init__(self, mails: MailMaker, envelope: Envelope, relay: RelaySettings) -> None:
        self._mails = mails
        self._envelope = envelope
        self._relay = relay
        self._use = UseCounter()

    def send(self, group: Sequence[Outgoing], *, attempt_id: int) -> CallResult:
        return _Call(self, group, attempt_id).run()

    def done(self) -> None:
        """Keep what was met at the relay."""
        use, self._use = self._use, UseCounter()
        note_relay_use(self._relay.account_id, use, campaign_id=self._envelope.campaign_id)

    @property
    def key(self) -> tuple[object, ...]:
        """A session belongs to one login at one server."""
        relay = self._relay
        return (relay.account_id, relay.host, relay.port, relay.security, relay.username, relay.password)

    def take_session(self) -> tuple[Session, bool]:
        """A session, and whether it is a new one. Raises NoSession."""
        session = sessions.take(self.key)
        if session is not None:
            return session, False
        return open_session(self._relay, watcher=self._use, patience=USUAL_PATIENCE), True

    def letter(self, outgoing: Outgoing, attempt_id: int) -> Letter:
        """One person's mail. Raises InvalidInput, CANNOT_READ_FILE."""
        extra = {"X-Postroom-Attempt": str(attempt_id)}
        pieces = self._mails.mail_pieces(outgoing, attempt_id=attempt_id, extra=extra)
        limit = self._relay.max_message_bytes
        if (size_bytes := sum(map(len, pieces))) > limit:
            raise TooLarge(f"The mail has {size_bytes:,} bytes, but this relay takes at most {limit:,}.")
        return Letter(self._envelope.from_address, outgoing.address, pieces)

    def turn(self, began_s: float) -> Turn:
        """What bounds the dialogues of a call that began then, on the monotonic clock."""
        return Turn(began_s + BEGIN_WITHIN_S, self._use, self._mails.attachment_bytes, began_s + END_WITHIN_S)


class _Call:
    """One group on its way."""

    def __init__(self, transport: SmtpTransport, group: Sequence[Outgoing], attempt_id: int) -> None:
        self._transport = transport
        self._group = group
        self._attempt_id = attempt_id
        self._outcomes: dict[int, Outcome] = {}
        self._turn = transport.turn(time.monotonic())
        self._lost_count = 0

    def run(self) -> CallResult:
        """One connection after the other, as long as each brings the group forward."""
        ended: CallResult | None = None
        while ended is None and self._first_open < len(self._group):
            ended = self._next_connection()
        if ended is None:
            return whole_result(self._in_order())
        rest = iter(ended.outcomes)
        outcomes = [self._outcomes.get(number) or next(rest) for number in range(len(self._group))]
        whole = whole_result(outcomes)
        return CallResult(
            outcomes,
            is_throttled=whole.is_throttled,
            stops_account=ended.stops_account,
            holds_account=ended.holds_account,
            stops_campaign=ended.stops_campaign or whole.stops_campaign,
            error=whole.error,
        )

    def _next_connection(self) -> CallResult | None:
        """What ends the call for the mails that are still open; None when it goes on, or is through."""
        first = self._first_open
        try:
            session, is_new = self._transport.take_session()
        except NoSession as error:
            return without_session(error, len(self._group) - first)
        problem = self._hand_out(session, first)
        left = len(self._group) - self._first_open
        if not left:
            return None
        if time.monotonic() > self._turn.until_s:
            return CallResult(not_tried(left))
        if self._lost_count >= MAX_LOST:
            return answers_lost(problem, left)
        return hung_up(problem, left) if is_new and self._first_open == first else None

    def _hand_out(self, session: Session, first: int) -> str:
        """Returns what broke the connection, or ""."""
        dialogue = Dialogue(len(self._group), self._letter, session.features, first=first)
        try:
            problem = session.carry_out(dialogue, self._turn)
        except BaseException:
            session.is_spent = True
            raise
        finally:
            sessions.give_back(self._transport.key, session)
        self._note(dialogue, problem)
        return problem

    def _note(self, dialogue: Dialogue, problem: str) -> None:
        for number, error in dialogue.unfit.items():
            self._outcomes.setdefault(number, unfit_outcome(error))
        for number, answer in dialogue.answers.items():
            self._outcomes[number] = outcome_of(answer)
        if dialogue.undecided is not None:
            self._lost_count += 1
            self._outcomes[dialogue.undecided] = lost_outcome(problem)

    def _letter(self, number: int) -> Letter:
        try:
            return self._transport.letter(self._group[number], self._attempt_id)
        except CANNOT_READ_FILE as error:
            self._outcomes[number] = unreadable_file(error)
            raise InvalidInput(str(error)) from error

    @property
    def _first_open(self) -> int:
        return next((number for number in range(len(self._group)) if number not in self._outcomes), len(self._group))

    def _in_order(self) -> list[Outcome]:
        return [self._outcomes[number] for number in range(len(self._group))]
