"""Pure: what SES's SMTP endpoint says when it takes no mail.

Source: SES developer guide, "SMTP response codes returned by Amazon SES"; AWS re:Post, "554 Access denied". AWS's list has
no 550: SES takes a mail to a mailbox that is not there, and tells of it afterwards. The words of 550 are those of RFC 5321.
"""

from __future__ import annotations

LOGIN_FIRST = "530 Authentication required"
TEMPORARY = "451 Temporary service failure."
BAD_SENDER = "501 Invalid MAIL FROM address provided"
BAD_RECIPIENT = "501 Invalid RCPT TO address provided"
NO_SENDER_IN_MAIL = "554 Transaction failed: Missing start of address in From"
TOO_LONG = "552 5.3.4 Message is too long."
TOO_MANY = "554 Transaction failed: Recipient count exceeds 50."

_THROTTLED = "454 Throttling failure: {message}"
_REPLIES = {
    "MessageRejected": "554 Message rejected: {message}",
    "BadRequestException": "554 Transaction failed: {message}",
    "NotFoundException": "554 Configuration set does not exist: {message}",
    "SendingPausedException": "554 Sending paused: {message}",
    "AccountSuspendedException": "554 Sending suspended: {message}",
    "RecipientRefused": "550 5.1.1 Requested action not taken: {message}",
    "TooManyRequestsException": _THROTTLED,
    "LimitExceededException": _THROTTLED,
}


def refusal(code: str, message: str) -> str:
    """Return the reply for an error of SES's API; what SES does not name is to be tried later."""
    return _REPLIES.get(code, TEMPORARY).format(message=message)


def access_denied(user_arn: str, resource: str) -> str:
    """Return the reply to somebody whose policy does not let them send so."""
    return (
        f"554 Access denied: User `{user_arn}' is not authorized to perform `ses:SendRawEmail' on resource `{resource}'"
    )
