"""The one tree of errors that Postroom raises.

    PortalError
    |-- ConfigurationError          a setting or a missing resource; only an operator can mend it
    |-- InvalidInput                what a person or a file gave us cannot be used; says which and why
    |-- Conflict                    the row's state does not allow the deed
    `-- OutsideError                a service outside answered badly, or not at all
        |-- Throttled               asked too fast or too much; later is fine
        |-- Unavailable             provably not carried out: unreachable, or refused for the moment
        |-- Refused                 provably not carried out, and asking again will not help
        |-- AuthExpired             credentials no longer accepted
        `-- AnswerLost              asked, but the answer never came: it may have been carried out

Botocore, SMTP and Google errors are translated into these once, in the client of each service.
"""

from __future__ import annotations

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class PortalError(Exception):
    """Base of every error that Postroom raises itself."""


class ConfigurationError(PortalError):
    """A setting is missing or wrong, or a resource it names does not exist."""


class InvalidInput(PortalError, ValueError):
    """Input that cannot be used; the text is meant for the person who gave it."""


class Conflict(PortalError):
    """The state of the row does not allow what was asked; the text says which state and why."""


class OutsideError(PortalError):
    """A service outside failed us.

    `service` is a lower-case word ("ses"), `code` the service's own error code ("" where it gave none).
    """

    def __init__(self, message: str, *, service: str, code: str = "") -> None:
        super().__init__(message)
        self.service = service
        self.code = code


class Throttled(OutsideError):
    """The service asks us to slow down. Nothing was carried out."""


class Unavailable(OutsideError):
    """The service provably did not carry out the call; trying again later may help."""


class Refused(OutsideError):
    """The service refused for good."""

    @property
    def is_denied(self) -> bool:
        """Whether AWS says that our role lacks a permission."""
        return self.code in _DENIED


class AuthExpired(OutsideError):
    """The service no longer accepts our credentials."""


class AnswerLost(OutsideError):
    """The request left us and no answer came back: whether it was carried out is not known."""
