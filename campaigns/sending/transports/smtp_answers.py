"""What a relay's answers mean for a delivery, its campaign and the account.

Source: RFC 5321, section 4.2; RFC 3463; the limits that Gmail and Outlook document answer with 4yz or 5yz and words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.sending.outcomes import CallResult, Outcome, all_alike
from campaigns.sending.states import DeliveryState, Reason
from portal.mail.smtp.dialogue import Step
from portal.smtp.errors import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.errors import InvalidInput
    from portal.mail.smtp.dialogue import Answer
    from portal.mail.smtp.replies import Reply
    from portal.smtp.errors import NoSession

_DEFERRED, _REFUSED = DeliveryState.DEFERRED, DeliveryState.REFUSED
_RECEIPT_CHARS = 100
_OUT_OF_ORDER, _NEEDS_LOGIN, _TOO_LARGE = 503, 530, 552
_QUOTA = re.compile(
    r"(daily|hourly|user|sending|submission|message|recipient|outbound).{0,30}(limit|quota).{0,30}(exceed|reached)"
    r"|exceeded.{0,30}(limit|quota)|submissionquotaexceeded|\b5\.4\.5\b",
    re.IGNORECASE,
)
_TOO_FAST = re.compile(r"rate|too (many|fast|much)|throttl|slow down|concurrent|\b4\.7\.28\b|\b432\b", re.IGNORECASE)
_WRONG_SENDER = re.compile(
    r"sender address|sendas|send as|not owned by|sender.{0,20}(reject|denied|not allowed)", re.IGNORECASE
)
_NO_RELAYING = re.compile(r"relay(ing)? (access )?(denied|not (permitted|allowed))|unable to relay", re.IGNORECASE)


def outcome_of(answer: Answer) -> Outcome:
    """What became of a mail that was answered."""
    reply = answer.reply
    if answer.is_accepted:
        return Outcome(DeliveryState.ACCEPTED, ses_message_id=_receipt(reply))
    if _QUOTA.search(reply.text):
        return Outcome(_DEFERRED, Reason.QUOTA_REACHED, error=reply.text)
    if reply.is_transient or reply.code == _OUT_OF_ORDER:
        return Outcome(_DEFERRED, _why_later(answer), error=reply.text)
    if reply.is_permanent:
        state, reason = _final(answer)
        return Outcome(state, reason, error=reply.text)
    return Outcome(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, error=reply.text)


def _receipt(reply: Reply) -> str:
    """The relay's own words, which name the mail in its log."""
    return reply.text.removeprefix(f"{reply.code} ")[:_RECEIPT_CHARS]


def _why_later(answer: Answer) -> Reason:
    """What is said to the sender is said to everybody, and so no failure of this one mail."""
    is_about_all = answer.step is Step.SENDER or _TOO_FAST.search(answer.reply.text)
    return Reason.THROTTLED if is_about_all else Reason.TRANSIENT


def _final(answer: Answer) -> tuple[DeliveryState, Reason]:
    reply, step = answer.reply, answer.step
    if reply.code == _NEEDS_LOGIN or _NO_RELAYING.search(reply.text):
        return _DEFERRED, Reason.NOT_CONFIGURED
    if _WRONG_SENDER.search(reply.text) or (step is Step.SENDER and reply.code != _TOO_LARGE):
        return _DEFERRED, Reason.NOT_VERIFIED
    return _REFUSED, Reason.RECIPIENT_REFUSED if step is Step.RECIPIENT else Reason.MESSAGE_REJECTED


def unfit_outcome(error: InvalidInput) -> Outcome:
    """A mail that was not handed over, because it could not be."""
    return Outcome(_REFUSED, Reason.MESSAGE_REJECTED, error=str(error))


def lost_outcome(error: str) -> Outcome:
    """A mail whose end was handed over, without an answer."""
    return Outcome(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, error=error)


def whole_result(outcomes: list[Outcome]) -> CallResult:
    """The outcomes of a group, with what they say about more than their own mails."""
    is_throttled = any(outcome.reason == Reason.THROTTLED for outcome in outcomes)
    error = next((outcome.error for outcome in outcomes if outcome.error), "")
    return CallResult(outcomes, is_throttled=is_throttled, stops_campaign=_stops_campaign(outcomes), error=error)


def _stops_campaign(outcomes: Sequence[Outcome]) -> str:
    sentences = {
        Reason.NOT_VERIFIED: _("The relay does not take mail from this From address. It said: %s"),
        Reason.NOT_CONFIGURED: _("The relay does not pass our mail on; does it want a login? It said: %s"),
    }
    found = (sentences[outcome.reason] % outcome.error for outcome in outcomes if outcome.reason in sentences)
    return next(found, "")


def without_session(error: NoSession, count: int) -> CallResult:
    """No connection came about: for all `count` mails, and for the account."""
    text = str(error)
    reply = error.reply
    if error.stage is Stage.LOGIN and (reply is None or reply.is_permanent):
        outcomes = all_alike(count, _DEFERRED, Reason.SENDING_PAUSED, text)
        sentence = _("The relay refuses our user name or password: %s") % text
        return CallResult(outcomes, stops_account=sentence, error=text)
    if reply is not None and reply.is_transient and _TOO_FAST.search(reply.text):
        return CallResult(all_alike(count, _DEFERRED, Reason.THROTTLED, text), is_throttled=True, error=text)
    reason = Reason.UNREACHABLE if reply is None else Reason.SENDING_PAUSED
    return CallResult(all_alike(count, _DEFERRED, reason, text), holds_account=text, error=text)


def hung_up(text: str, count: int) -> CallResult:
    """The relay ended a fresh connection before it answered to any mail; `text`: why, as far as is known."""
    if text.startswith("421") and _TOO_FAST.search(text):
        return CallResult(all_alike(count, _DEFERRED, Reason.THROTTLED, text), is_throttled=True, error=text)
    return CallResult(all_alike(count, _DEFERRED, Reason.UNREACHABLE, text), holds_account=text, error=text)


def answers_lost(text: str, count: int) -> CallResult:
    """The relay took one message after the other without an answer: a person must look before more gets uncertain."""
    sentence = _("The relay's answers do not arrive: %s") % text
    return CallResult(all_alike(count, _DEFERRED, Reason.UNREACHABLE, text), stops_campaign=sentence, error=text)


def not_tried(count: int) -> list[Outcome]:
    """Mails whose turn has not come within the time that one call may take."""
    return all_alike(count, _DEFERRED, Reason.NOT_TRIED, _("The relay was slow."))
