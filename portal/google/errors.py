"""What Google's answers mean, in our own errors. Pure.

Source: Gmail API, "Resolve errors"; OAuth 2.0 (RFC 6749, 5.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.errors import AuthExpired, ConfigurationError, OutsideError, PortalError, Refused, Throttled, Unavailable

SERVICE = "google"
_NO_MAILBOX = "failedPrecondition"  # an account without Gmail
_OLDER_WORDS = {"FAILED_PRECONDITION": _NO_MAILBOX}
DAILY_WAIT_S = 3_600.0
MOST_WAIT_S = 86_400.0
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TIMEOUT, _GONE, _TOO_MANY, _SERVER = (
    400, 401, 403, 404, 408, 410, 429, 500,
)  # fmt: skip
_RATE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"})
_CLIENT_CODES = frozenset({"invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type"})


class PermissionLost(AuthExpired):
    """The consent is gone or does not reach: only a person can mend it. `code` is Google's own word."""


class StaleToken(AuthExpired):
    """The access token is no longer good; a fresh one may be."""


class SlowDown(Throttled):
    """Google asks us to wait; `retry_after_s` where it said how long."""

    def __init__(self, message: str, *, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, service=SERVICE, code=code)
        self.retry_after_s = retry_after_s


class NotThere(Refused):
    """Google does not know what was asked for."""


class ClientRefused(ConfigurationError):
    """Google does not know our client id, or its secret is another."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object, empty when it is none."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


def api_error(answer: Answer) -> OutsideError:
    """What an answer of the Gmail API that is no success means."""
    code, message = _reason_of(answer)
    if answer.status == _UNAUTHORIZED:
        return StaleToken(message, service=SERVICE, code=code)
    if answer.status == _FORBIDDEN or code == _NO_MAILBOX:
        return _forbidden(code, message)
    if answer.status == _TOO_MANY:
        return SlowDown(message, code=code, retry_after_s=_retry_after_s(answer))
    if answer.status in {_NOT_FOUND, _GONE}:
        return NotThere(message, service=SERVICE, code=code)
    if answer.status == _TIMEOUT or answer.status >= _SERVER:
        return Unavailable(message, service=SERVICE, code=code)
    return Refused(message, service=SERVICE, code=code)


def token_error(answer: Answer) -> PortalError:
    """What an answer of the token endpoint that is no success means."""
    told = answer.json()
    code = str(told.get("error", "")) or f"http_{answer.status}"
    message = str(told.get("error_description", "")) or code
    if code == "invalid_grant":
        return PermissionLost(message, service=SERVICE, code=code)
    if code in _CLIENT_CODES:
        return ClientRefused(f"Google refuses the OAuth client: {code}", code=code)
    if answer.status == _TOO_MANY:
        return SlowDown(message, code=code, retry_after_s=_retry_after_s(answer))
    return Unavailable(message, service=SERVICE, code=code)


def _forbidden(code: str, message: str) -> OutsideError:
    if code in _RATE_REASONS:
        return SlowDown(message, code=code)
    if code == "dailyLimitExceeded":
        return SlowDown(message, code=code, retry_after_s=DAILY_WAIT_S)
    return PermissionLost(message, service=SERVICE, code=code)


def _reason_of(answer: Answer) -> tuple[str, str]:
    """(reason, message), from the older form with `errors` or the newer with `details` and `status`."""
    error = answer.json().get("error")
    if not isinstance(error, dict):
        return f"http_{answer.status}", f"HTTP {answer.status}"
    message = str(error.get("message", ""))[:300] or f"HTTP {answer.status}"
    for entry in [*_listed(error, "errors"), *_listed(error, "details")]:
        if isinstance(entry, dict) and entry.get("reason"):
            return str(entry["reason"])[:60], message
    status = str(error.get("status") or f"http_{answer.status}")[:60]
    return _OLDER_WORDS.get(status, status), message


def _listed(error: dict[str, Any], name: str) -> list[Any]:
    found = error.get(name)
    return found if isinstance(found, list) else []


def _retry_after_s(answer: Answer) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), MOST_WAIT_S) if text.isdigit() else None
