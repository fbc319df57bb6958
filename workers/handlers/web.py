"""The web function: HTTP goes to Zappa, everything else that Zappa would carry out is refused.

Zappa's handler runs management commands and Python that an event names, for anybody who may invoke the function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zappa.handler import lambda_handler

from workers.handlers.incoming import UnknownEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.handlers.incoming import Context


def handler(event: Mapping[str, Any], context: Context) -> Any:
    """Answer a request of API Gateway (or of a load balancer or function URL). Raises UnknownEvent for all else."""
    if not is_request(event):
        raise UnknownEvent("the web function answers requests only")
    return lambda_handler(dict(event), context)  # type: ignore[no-untyped-call]  # Zappa has no types


def is_request(event: Mapping[str, Any]) -> bool:
    """Whether it is a request and carries nothing that Zappa would look at before it."""
    is_v1 = isinstance(event.get("httpMethod"), str)
    is_v2 = isinstance(event.get("requestContext"), dict) and "http" in event["requestContext"]
    return (is_v1 or is_v2) and not ({"command", "raw_command", "manage", "Records", "detail-type"} & set(event))
