"""An HTTP reply, the same for API, control API and pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire; `is_dropped` closes the connection instead."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    is_dropped: bool = False


def json_reply(result: object, *, status: int = 200) -> Reply:
    """Return a result as JSON."""
    return Reply(status, json.dumps(result).encode())


def error_reply(code: str, message: str, status: int) -> Reply:
    """Return an error in the form of AWS's rest-json protocol."""
    body = json.dumps({"message": message}).encode()
    return Reply(status, body, headers={"x-amzn-ErrorType": code})


DROPPED = Reply(0, is_dropped=True)
