"""What SES's answers mean for a delivery; pure.

Source: SES API v2 Reference, BulkEmailEntryResult (statuses) and the errors of SendEmail and SendBulkEmail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from campaigns.sending.outcomes import CallResult, Outcome, all_alike
from campaigns.sending.states import DeliveryState, Reason
from portal.errors import AnswerLost, ConfigurationError, OutsideError, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.aws.ses import BulkResult

_DEFERRED, _REFUSED = DeliveryState.DEFERRED, DeliveryState.REFUSED

_ENTRY_STATUS: dict[str, tuple[DeliveryState, Reason]] = {
    "MESSAGE_REJECTED": (_REFUSED, Reason.MESSAGE_REJECTED),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": (_DEFERRED, Reason.NOT_VERIFIED),
    "CONFIGURATION_SET_NOT_FOUND": (_DEFERRED, Reason.NOT_CONFIGURED),
    "TEMPLATE_NOT_FOUND": (_DEFERRED, Reason.NOT_CONFIGURED),
    "INVALID_SENDING_POOL_NAME": (_DEFERRED, Reason.NOT_CONFIGURED),
    "INVALID_PARAMETER": (_REFUSED, Reason.MESSAGE_REJECTED),
    "FAILED": (_REFUSED, Reason.MESSAGE_REJECTED),
    "ACCOUNT_SUSPENDED": (_DEFERRED, Reason.SENDING_PAUSED),
    "ACCOUNT_SENDING_PAUSED": (_DEFERRED, Reason.SENDING_PAUSED),
    "CONFIGURATION_SET_SENDING_PAUSED": (_DEFERRED, Reason.SENDING_PAUSED),
    "ACCOUNT_THROTTLED": (_DEFERRED, Reason.THROTTLED),
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": (_DEFERRED, Reason.QUOTA_REACHED),
    "TRANSIENT_FAILURE": (_DEFERRED, Reason.TRANSIENT),
}

_ACCOUNT_STOPS = {
    "AccountSuspendedException": "SES has suspended this account.",
    "SendingPausedException": "Sending is paused in SES.",
}
_UNVERIFIED = "The From address is not verified in SES."
_HOLDS_FOR_ALL = frozenset({Reason.NOT_VERIFIED, Reason.NOT_CONFIGURED})
_CAMPAIGN_STOPS = {
    "MailFromDomainNotVerifiedException": _UNVERIFIED,
    "NotFoundException": "The configuration set does not exist in SES.",
    "AccessDeniedException": "The worker has no permission to send from this address.",
    "BadRequestException": "SES could not read the request.",
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": _UNVERIFIED,
    "CONFIGURATION_SET_NOT_FOUND": "The configuration set does not exist in SES.",
    "TEMPLATE_NOT_FOUND": "SES could not find the message's template.",
    "INVALID_SENDING_POOL_NAME": "The pool of sending addresses does not exist in SES.",
    "ExpiredTokenException": "SES no longer accepts our credentials.",
    "UnrecognizedClientException": "SES no longer accepts our credentials.",
    "InvalidClientTokenId": "SES no longer accepts our credentials.",
}


def entry_outcome(result: BulkResult) -> Outcome:
    """The outcome of one entry of a bulk call; an unknown status is uncertain."""
    status = result.get("Status", "")
    if status == "SUCCESS":
        return Outcome(DeliveryState.ACCEPTED, ses_message_id=result.get("MessageId", ""))
    state, reason = _ENTRY_STATUS.get(status, (DeliveryState.UNCERTAIN, Reason.ANSWER_LOST))
    error = result.get("Error", "") or status
    if status == "MESSAGE_REJECTED" and _is_unverified(error):
        return Outcome(_DEFERRED, Reason.NOT_VERIFIED, error=error)
    return Outcome(state, reason, error=error)


def entries_stop(results: Sequence[BulkResult], outcomes: Sequence[Outcome]) -> str:
    """Why the campaign must stop: an entry failed for a reason that holds for every mail of it; else ""."""
    for result, outcome in zip(results, outcomes, strict=True):
        if outcome.reason in _HOLDS_FOR_ALL:
            sentence = _CAMPAIGN_STOPS.get(result.get("Status", ""), _UNVERIFIED)
            return f"{sentence} SES said: {outcome.error}"
    return ""


def failed_call(error: OutsideError | ConfigurationError, count: int) -> CallResult:
    """The outcome for all `count` deliveries of a call that SES did not answer with results."""
    text = str(error)
    if isinstance(error, ConfigurationError):
        return _stopped(count, text, Reason.NOT_CONFIGURED, text)
    if isinstance(error, AnswerLost):
        return CallResult(all_alike(count, DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, text), error=text)
    if isinstance(error, Throttled):
        return _throttled(error, count)
    if error.code in _ACCOUNT_STOPS:
        outcomes = all_alike(count, _DEFERRED, Reason.SENDING_PAUSED, text)
        return CallResult(outcomes, stops_account=_ACCOUNT_STOPS[error.code], error=text)
    if isinstance(error, Unavailable):
        return CallResult(all_alike(count, _DEFERRED, Reason.UNREACHABLE, text), error=text)
    return _refused(error, count)


def _refused(error: OutsideError, count: int) -> CallResult:
    """SES would say the same to every mail of the campaign, unless it was about the one recipient of a single call."""
    text = str(error)
    if error.code == "MessageRejected":
        return _rejected(count, text)
    sentence = f"{_CAMPAIGN_STOPS.get(error.code, 'SES refused the call.')} SES said: {text}"
    result = _stopped(count, sentence, Reason.NOT_VERIFIED, text)
    if error.code == "BadRequestException" and count == 1:
        # Refused, or else this one person would stop the campaign again each time it is resumed.
        return replace(result, outcomes=all_alike(count, _REFUSED, Reason.MESSAGE_REJECTED, text))
    return result


def _rejected(count: int, text: str) -> CallResult:
    """SES uses one code for a bad message and for a From address that is not verified."""
    if _is_unverified(text):
        return _stopped(count, _unverified(text), Reason.NOT_VERIFIED, text)
    return CallResult(all_alike(count, _REFUSED, Reason.MESSAGE_REJECTED, text), error=text)


def _is_unverified(text: str) -> bool:
    return "not verified" in text


def _unverified(text: str) -> str:
    return f"{_UNVERIFIED} SES said: {text}"


def _stopped(count: int, sentence: str, reason: Reason, text: str) -> CallResult:
    return CallResult(all_alike(count, _DEFERRED, reason, text), stops_campaign=sentence, error=text)


def _throttled(error: Throttled, count: int) -> CallResult:
    text = str(error)
    if error.code == "LimitExceededException" or "quota" in text.lower():
        return CallResult(all_alike(count, _DEFERRED, Reason.QUOTA_REACHED, text), error=text)
    return CallResult(all_alike(count, _DEFERRED, Reason.THROTTLED, text), is_throttled=True, error=text)
