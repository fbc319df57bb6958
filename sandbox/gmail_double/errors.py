"""Google's errors, by the names that faults ask for.

Source: Gmail API, "Resolve errors"; OAuth 2.0 (RFC 6749, 5.2) as Google's token endpoint answers it.
"""

from __future__ import annotations

from sandbox.ses_double.reply import Reply, json_reply

# name -> (HTTP status, reason, message)
API_ERRORS: dict[str, tuple[int, str, str]] = {
    "badRequest": (400, "badRequest", "Bad Request"),
    "invalidArgument": (400, "invalidArgument", "Invalid label"),
    "failedPrecondition": (400, "failedPrecondition", "Mail service not enabled"),
    "authError": (401, "authError", "Invalid Credentials"),
    "rateLimitExceeded": (403, "rateLimitExceeded", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
    "dailyLimitExceeded": (403, "dailyLimitExceeded", "Daily Limit Exceeded"),
    "insufficientPermissions": (403, "insufficientPermissions", "Request had insufficient authentication scopes."),
    "domainPolicy": (403, "domainPolicy", "The domain administrators have disabled Gmail apps."),
    "accessNotConfigured": (403, "accessNotConfigured", "Gmail API has not been used in project 1 before."),
    "notFound": (404, "notFound", "Requested entity was not found."),
    "uploadTooLarge": (413, "uploadTooLarge", "Request is too large."),
    "tooManyRequests": (429, "rateLimitExceeded", "Too many concurrent requests for user"),
    "internalError": (500, "backendError", "Internal error encountered."),
    "badGateway": (502, "backendError", "Bad Gateway"),
    "backendError": (503, "backendError", "Backend Error"),
    "gatewayTimeout": (504, "backendError", "Deadline exceeded"),
}
TOKEN_ERRORS: dict[str, tuple[int, str]] = {
    "invalid_grant": (400, "Token has been expired or revoked."),
    "invalid_request": (400, "Missing required parameter."),
    "invalid_client": (401, "The OAuth client was not found."),
    "unauthorized_client": (401, "Unauthorized"),
    "temporarily_unavailable": (503, "Try again."),
    "internal_failure": (500, "Internal failure."),
}


class GoogleError(Exception):
    """The call is answered with this error instead."""

    def __init__(self, name: str, message: str = "", *, retry_after_s: int = 0) -> None:
        super().__init__(message or name)
        self.name = name
        self.message = message
        self.retry_after_s = retry_after_s

    @property
    def reply(self) -> Reply:
        """Return the error as Google sends it."""
        headers = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s else {}
        if self.name in TOKEN_ERRORS:
            status, description = TOKEN_ERRORS[self.name]
            answer = json_reply({"error": self.name, "error_description": self.message or description}, status=status)
        else:
            answer = _api_error(self.name, self.message)
        answer.headers.update(headers)
        return answer


def _api_error(name: str, message: str) -> Reply:
    status, reason, usual = API_ERRORS.get(name, API_ERRORS["internalError"])
    text = message or usual
    details = [{"message": text, "domain": "global", "reason": reason}]
    return json_reply({"error": {"code": status, "message": text, "errors": details}}, status=status)
