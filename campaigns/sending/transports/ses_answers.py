"""What SES's answers mean for a delivery; pure.

Source: SES API v2 Reference, BulkEmailEntryResult (statuses) and the errors of SendEmail and SendBulkEmail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.sending.outcomes import CallResult, Outcome, all_alike
from campaigns.sending.states import DeliveryState, Reason
from portal.errors import AnswerLost, OutsideError, Throttled

if TYPE_CHECKING:
    from portal.aws.ses import BulkResult

_DEFERRED, _REFUSED = DeliveryState.DEFERRED, DeliveryState.REFUSED

_ENTRY_STATUS: dict[str, tuple[DeliveryState, Reason]] = {
    "MESSAGE_REJECTED": (_REFUSED, Reason.MESSAGE_REJECTED),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": (_REFUSED, Reason.NOT_VERIFIED),
    "CONFIGURATION_SET_NOT_FOUND": (_REFUSED, Reason.NOT_CONFIGURED),
    "TEMPLATE_NOT_FOUND": (_REFUSED, Reason.NOT_CONFIGURED),
    "INVALID_SENDING_POOL_NAME": (_REFUSED, Reason.NOT_CONFIGURED),
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
_CAMPAIGN_STOPS = {
    "MailFromDomainNotVerifiedException": "The From address is not verified in SES.",
    "NotFoundException": "The configuration set does not exist in SES.",
    "AccessDeniedException": "The worker has no permission to send from this address.",
    "BadRequestException": "SES could not read the request.",
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
    return Outcome(state, reason, error=result.get("Error", "") or status)


def failed_call(error: OutsideError, count: int) -> CallResult:
    """The outcome for all `count` deliveries of a call that SES did not answer with results."""
    text = str(error)
    if isinstance(error, AnswerLost):
        return CallResult(all_alike(count, DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, text), error=text)
    if isinstance(error, Throttled):
        return _throttled(error, count)
    if error.code in _ACCOUNT_STOPS:
        outcomes = all_alike(count, _DEFERRED, Reason.SENDING_PAUSED, text)
        return CallResult(outcomes, stops_account=_ACCOUNT_STOPS[error.code], error=text)
    if error.code == "MessageRejected":
        return _rejected(count, text)
    if error.code in _CAMPAIGN_STOPS:
        return _stopped(count, f"{_CAMPAIGN_STOPS[error.code]} SES said: {text}", Reason.NOT_VERIFIED, text)
    return CallResult(all_alike(count, _DEFERRED, Reason.UNREACHABLE, text), error=text)


def _rejected(count: int, text: str) -> CallResult:
    """SES uses one code for a bad message and for a From address that is not verified."""
    if "not verified" in text:
        return _stopped(count, f"The From address is not verified in SES. SES said: {text}", Reason.NOT_VERIFIED, text)
    return CallResult(all_alike(count, _REFUSED, Reason.MESSAGE_REJECTED, text), error=text)


def _stopped(count: int, sentence: str, reason: Reason, text: str) -> CallResult:
    return CallResult(all_alike(count, _DEFERRED, reason, text), stops_campaign=sentence, error=text)


def _throttled(error: Throttled, count: int) -> CallResult:
    text = str(error)
    if error.code == "LimitExceededException" or "quota" in text.lower():
        return CallResult(all_alike(count, _DEFERRED, Reason.QUOTA_REACHED, text), error=text)
    return CallResult(all_alike(count, _DEFERRED, Reason.THROTTLED, text), is_throttled=True, error=text)
