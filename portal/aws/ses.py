"""Amazon SES v2: the two calls that send, and what we ask about the account.

Sending calls are signed by botocore but put on the wire here, exactly once each: SES has no idempotency token, and the
SDK would repeat a call whose answer was lost (up to five times by default), which is up to five e-mails.
Source: SES API v2 Reference, SendEmail, SendBulkEmail, GetAccount.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from portal.aws.session import client, session, translated
from portal.errors import AnswerLost, AuthExpired, ConfigurationError, Refused, Throttled, Unavailable

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
MOST_READ_TIMEOUT_S = 40.0  # for mails with large files, which SES takes in more slowly
LIGHT_BODY_BYTES = 1_000_000
_SEND_PATH = "/v2/email/outbound-emails"
_BULK_PATH = "/v2/email/outbound-bulk-emails"
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_OK = 200
# LimitExceededException: the 24-hour quota is used up.
_THROTTLES = frozenset({"TooManyRequestsException", "ThrottlingException", "LimitExceededException"})


class BulkResult(TypedDict, total=False):
    """One entry's answer; `Status` is one of SES's words, e.g. SUCCESS or ACCOUNT_THROTTLED."""

    Status: str
    Error: str
    MessageId: str


@dataclass(frozen=True, slots=True)
class Account:
    """What GetAccount says; counts are recipients, `quota_24h` -1 means unlimited."""

    max_rate_per_s: float
    quota_24h: float
    sent_24h: float
    is_sending_enabled: bool
    has_production_access: bool
    enforcement_status: str


def get_account() -> Account:
    """Ask SES for limits and state of the account. Raises OutsideError."""
    with translated("ses"):
        answer = client("sesv2").get_account()
    quota = answer.get("SendQuota", {})
    return Account(
        max_rate_per_s=float(quota.get("MaxSendRate", 1)),
        quota_24h=float(quota.get("Max24HourSend", 200)),
        sent_24h=float(quota.get("SentLast24Hours", 0)),
        is_sending_enabled=bool(answer.get("SendingEnabled", True)),
        has_production_access=bool(answer.get("ProductionAccessEnabled", False)),
        enforcement_status=str(answer.get("EnforcementStatus", "")),
    )


def send_raw_email(request: dict[str, Any] | bytes) -> str:
    """SendEmail, once, with a request or its ready JSON body; returns the SES message id.

    Raises Throttled, Refused, AuthExpired, Unavailable or ConfigurationError when the mail was provably not accepted,
    AnswerLost when that cannot be known.
    """
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    message_id = _post_once(_SEND_PATH, body).get("MessageId")
    if not message_id:
        raise AnswerLost("SES answered without a message id", service="ses")
    return str(message_id)


def send_bulk_email(body: bytes) -> list[BulkResult]:
    """SendBulkEmail, once, with a ready JSON body; returns one result per entry, in order. Raises as send_raw_email."""
    results = _post_once(_BULK_PATH, body).get("BulkEmailEntryResults")
    if not isinstance(results, list):
        raise AnswerLost("SES answered without results", service="ses")
    return results


@dataclass(frozen=True, slots=True)
class _Wire:
    """What a signed call needs, found once per process."""

    endpoint: str
    signing_name: str
    region: str
    pool: urllib3.PoolManager


@cache
def _wire() -> _Wire:
    meta = client("sesv2").meta
    return _Wire(
        endpoint=meta.endpoint_url.rstrip("/"),
        signing_name=meta.service_model.signing_name,
        region=meta.region_name,
        pool=urllib3.PoolManager(
            maxsize=32, timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S), retries=False
        ),
    )


def _post_once(path: str, body: bytes) -> dict[str, Any]:
    wire, headers = _signed(path, body)
    try:
        answer = wire.pool.request("POST", wire.endpoint + path, body=body, headers=headers, timeout=_patience(body))
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise Unavailable(str(error), service="ses") from error
    except urllib3.exceptions.HTTPError as error:
        if error.args and isinstance(error.args[0], ssl.SSLCertVerificationError):  # the request never left
            raise Unavailable(str(error), service="ses") from error
        raise AnswerLost(str(error), service="ses") from error
    return _read_answer(answer)


def _patience(body: bytes) -> urllib3.Timeout:
    """A second more for each megabyte."""
    read_s = READ_TIMEOUT_S + max(0, len(body) - LIGHT_BODY_BYTES) / 1_000_000
    return urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=min(read_s, MOST_READ_TIMEOUT_S))


def _signed(path: str, body: bytes) -> tuple[_Wire, dict[str, str]]:
    """Where the call goes and its signed headers; whatever fails here, nothing has left yet."""
    try:
        wire = _wire()
        request = AWSRequest(
            method="POST", url=wire.endpoint + path, data=body, headers={"Content-Type": "application/json"}
        )
        credentials = session().get_credentials()
        if credentials is None:
            raise ConfigurationError("No AWS credentials: set AWS_ACCESS_KEY_ID or give the worker a role.")
        SigV4Auth(credentials.get_frozen_credentials(), wire.signing_name, wire.region).add_auth(request)
    except (BotoCoreError, ClientError) as error:  # the service that hands out credentials stumbled
        raise Unavailable(str(error), service="ses") from error
    except ValueError as error:
        raise ConfigurationError(f"SES cannot be called: {error}") from error
    return wire, dict(request.headers.items())


def _read_answer(answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        content = dict(json.loads(answer.data or b"{}"))
    except (ValueError, TypeError) as error:
        raise AnswerLost("SES's answer was cut off", service="ses") from error
    if answer.status == _OK:
        return content
    code = answer.headers.get("x-amzn-errortype", "").split(":")[0] or str(content.get("__type", ""))
    message = str(content.get("message") or content.get("Message") or code)
    if answer.status == _TOO_MANY_REQUESTS or code in _THROTTLES:
        raise Throttled(message, service="ses", code=code or "TooManyRequestsException")
    if answer.status >= _SERVER_ERROR:
        # SES may have accepted the mail before it stumbled.
        raise AnswerLost(message or f"status {answer.status}", service="ses", code=code)
    if code in {"ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"}:
        raise AuthExpired(message, service="ses", code=code)
    raise Refused(message, service="ses", code=code)
