"""What the double answers instead of a result, in the words of SES's own API."""

from __future__ import annotations


class SesError(Exception):
    """An error reply: `code` is the exception name of the sesv2 service model."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def bad_request(message: str) -> SesError:
    """Return BadRequestException, for input that no retry mends."""
    return SesError("BadRequestException", message)


def not_found(message: str) -> SesError:
    """Return NotFoundException."""
    return SesError("NotFoundException", message, 404)


def already_exists(message: str) -> SesError:
    """Return AlreadyExistsException."""
    return SesError("AlreadyExistsException", message)


def rejected(message: str) -> SesError:
    """Return MessageRejected, as for a sender that is not verified."""
    return SesError("MessageRejected", message)


def recipient_refused() -> SesError:
    """A recipient's mailbox is said not to be there; over SMTP alone."""
    return SesError("RecipientRefused", "mailbox unavailable")


def throttled() -> SesError:
    """Return TooManyRequestsException, as above the account's send rate."""
    return SesError("TooManyRequestsException", "Maximum sending rate exceeded.", 429)


def daily_quota_exceeded() -> SesError:
    """Return LimitExceededException, as above the account's 24-hour quota."""
    return SesError("LimitExceededException", "Daily message quota exceeded.")


def paused(subject: str = "account") -> SesError:
    """Return SendingPausedException for the account or a configuration set."""
    return SesError("SendingPausedException", f"Email sending is disabled for this {subject}.")


def suspended() -> SesError:
    """Return AccountSuspendedException."""
    return SesError("AccountSuspendedException", "Your account has been shut down.")
