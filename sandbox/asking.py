"""Asking the servers of the sandbox over HTTP: on loopback, past whatever proxy the environment names."""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError

CONTROL_ANSWER_S = 30


def open_loopback(request: urllib.request.Request | str, *, timeout_s: float) -> HTTPResponse:
    """Send a request and return the reply, to be closed. Raises OSError, HTTPError for an answer of failure."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    reply: HTTPResponse = opener.open(request, timeout=timeout_s)
    return reply


def ask_control(url: str, method: str, path: str, body: object = None) -> Any:
    """Call the control API of a double. Raises ValueError with its reason when it refuses."""
    content = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}/_sandbox/{path}", content, method=method)
    try:
        with open_loopback(request, timeout_s=CONTROL_ANSWER_S) as reply:
            return json.load(reply)
    except HTTPError as error:
        raise ValueError(json.load(error)["error"]) from error
