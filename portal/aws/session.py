"""One boto3 session per process and one client per service, made when first needed.

Endpoints, credentials and region come from the environment as botocore reads them (AWS_ENDPOINT_URL and
AWS_ENDPOINT_URL_<SERVICE> lead to the sandbox).
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError as BotoConnectionError, HTTPClientError
from django.conf import settings

from portal.errors import AuthExpired, ConfigurationError, Refused, Throttled, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_THROTTLES = frozenset(
    {"TooManyRequestsException", "Throttling", "ThrottlingException", "LimitExceededException", "SlowDown"}
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"})
_SERVER_ERROR = 500


@cache
def session() -> boto3.session.Session:
    """The process's boto3 session."""
    return boto3.session.Session(region_name=settings.AWS_REGION)


@cache
def client(service: str) -> Any:
    """The process's client of one service, with bounded waits and the SDK's own retries.

    Calls that must not be repeated (sending mail) do not go through it: see `portal.aws.ses`.
    """
    config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})
    return session().client(service, config=config)  # type: ignore[call-overload]


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Raise botocore's errors as ours: Throttled, AuthExpired, Unavailable, Refused or ConfigurationError."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        message = str(error.response.get("Error", {}).get("Message", "")) or code
        if code in _THROTTLES:
            raise Throttled(message, service=service, code=code) from error
        if code in _EXPIRED:
            raise AuthExpired(message, service=service, code=code) from error
        if status >= _SERVER_ERROR:
            raise Unavailable(message, service=service, code=code) from error
        raise Refused(message, service=service, code=code) from error
    except (BotoConnectionError, HTTPClientError) as error:
        raise Unavailable(str(error), service=service) from error
    except BotoCoreError as error:
        raise ConfigurationError(f"{service}: {error}") from error
