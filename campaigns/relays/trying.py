"""Trying a relay's settings out, step by step, without sending anything."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _, gettext_lazy

from campaigns.relays.fault_words import fault_words, sender_words
from campaigns.relays.use import UseCounter
from portal.mail.smtp.commands import UnsafeCommand
from portal.mail.smtp.replies import ProtocolFault
from portal.mail.smtp_security import Security
from portal.public_addresses import NoSuchName, every_address
from portal.smtp.connecting import Patience, open_session
from portal.smtp.errors import NoSession, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.relays.connection_settings import RelaySettings
    from portal.mail.smtp.features import Features
    from portal.public_addresses import LookUp
    from portal.smtp.session import Session

LOOK_UP_S = 2.5
# All steps together, with the look-up before and the two answers about the sender after, stay below 15 seconds.
PATIENCE = Patience(connect_s=3.0, open_s=6.0, reply_s=1.5, message_s=1.5)

NAME, CONNECT, TLS, GREETING, LOGIN, SENDER = "name", "connect", "tls", "greeting", "login", "sender"
LABELS = {
    NAME: gettext_lazy("Find the server"),
    CONNECT: gettext_lazy("Connect"),
    TLS: gettext_lazy("Encrypt, and check the certificate"),
    GREETING: gettext_lazy("Greet"),
    LOGIN: gettext_lazy("Log in"),
    SENDER: gettext_lazy("Ask whether it takes the sender"),
}
_STEP_OF_STAGE = {
    Stage.NAME: NAME, Stage.INTERNAL: NAME, Stage.CONNECT: CONNECT, Stage.TLS: TLS, Stage.NO_STARTTLS: TLS,
    Stage.GREETING: GREETING, Stage.NO_LOGIN: LOGIN, Stage.LOGIN: LOGIN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TriedStep:
    """One step: `tone` good, bad, or "" when it was not reached."""

    code: str
    label: str
    tone: str
    text: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """All steps in their order; what the server offers, where it came so far."""

    steps: list[TriedStep]
    features: Features | None = None
    took_ms: int = 0

    @property
    def is_good(self) -> bool:
        return all(step.tone == "good" for step in self.steps)

    @property
    def fault(self) -> TriedStep | None:
        return next((step for step in self.steps if step.tone == "bad"), None)


def try_relay(settings: RelaySettings, *, preset: str, sender: str, look_up: LookUp | None = None) -> Trial:
    """Connect, encrypt, greet, log in and ask about the sender (unless it is ""); takes 15 seconds at most."""
    began_s = time.monotonic()
    steps = _order(settings, sender)
    try:
        session = open_session(
            settings, watcher=UseCounter(), patience=PATIENCE, look_up=look_up or within(LOOK_UP_S, every_address)
        )
    except NoSession as error:
        text, cure = fault_words(error, settings, preset=preset)
        return Trial(_stopped_at(steps, _STEP_OF_STAGE[error.stage], text, cure), took_ms=_since_ms(began_s))
    try:
        done = [_done(code, settings, session.features) for code in steps if code != SENDER]
        if SENDER in steps:
            done.append(_ask_about(session, sender))
    finally:
        session.close()
    return Trial(done, session.features, _since_ms(began_s))


def within(seconds: float, look_up: LookUp) -> LookUp:
    """The same look-up, given up after so long: the system's own waits for half a minute."""

    def bounded(host: str, port: int) -> list[str]:
        answer = _Answer()
        thread = threading.Thread(target=answer.fetch, args=(lambda: look_up(host, port),), daemon=True)
        thread.start()
        thread.join(seconds)
        if not answer.addresses:
            raise NoSuchName(f"No address of {host} was found in time.") from answer.error
        return answer.addresses

    return bounded


@dataclass(slots=True)
class _Answer:
    addresses: list[str] = field(default_factory=list)
    error: OSError | None = None

    def fetch(self, look_up: Callable[[], list[str]]) -> None:
        try:
            self.addresses = look_up()
        except OSError as error:
            self.error = error


def _order(settings: RelaySettings, sender: str) -> list[str]:
    """TLS comes before the greeting or after it."""
    steps = [NAME, CONNECT]
    steps += {Security.TLS: [TLS, GREETING], Security.STARTTLS: [GREETING, TLS], Security.PLAIN: [GREETING]}[
        settings.security
    ]
    return [*steps, *([LOGIN] if settings.username else []), *([SENDER] if sender else [])]


def _stopped_at(steps: list[str], code: str, text: str, cure: str) -> list[TriedStep]:
    if code not in steps:  # it wants a login that nobody asked for
        code = steps[-1]
    place = steps.index(code)
    return [
        TriedStep(each, str(LABELS[each]), "good")
        if number < place
        else TriedStep(each, str(LABELS[each]), "bad", text, cure)
        if number == place
        else TriedStep(each, str(LABELS[each]), "")
        for number, each in enumerate(steps)
    ]


def _done(code: str, settings: RelaySettings, features: Features) -> TriedStep:
    texts = {
        NAME: settings.host,
        CONNECT: _("port %d") % settings.port,
        TLS: _("the certificate is right"),
        GREETING: _("it offers: %s") % ", ".join(features.words) if features.words else "",
        LOGIN: _("as %s") % settings.username,
    }
    return TriedStep(code, str(LABELS[code]), "good", texts[code])


def _ask_about(session: Session, sender: str) -> TriedStep:
    label = str(LABELS[SENDER])
    try:
        reply = session.ask_about_sender(sender)
    except (OSError, ProtocolFault, UnsafeCommand) as error:
        text = _("No answer came about %(sender)s: %(problem)s") % {"sender": sender, "problem": error}
        return TriedStep(SENDER, label, "bad", text, _("Try again."))
    if reply.is_positive:
        return TriedStep(SENDER, label, "good", sender)
    text, cure = sender_words(reply, sender)
    return TriedStep(SENDER, label, "bad", text, cure)


def _since_ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)
