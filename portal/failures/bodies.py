"""What a message of a queue is, read from its bytes: which task or event, and about which ids; pure.

Nothing of a body is shown but task names and ids: bodies of events hold addresses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

LONGEST_ERROR = 500
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message by what it asks for. `key` is the same at every receive and after a redrive."""

    key: str
    what: str = ""  # "" = not readable
    ids: dict[str, int | str] = field(default_factory=dict)


def read_letter(body: str, *, is_hint: bool) -> Letter:
    """The message in these bytes; never raises."""
    try:
        return _read_hint(body) if is_hint else _read_event(body)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return Letter(body_key(body))


def body_key(body: str) -> str:
    """A hash of the bytes."""
    return hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()


def cause_key(what: str, error_class: str, error: str) -> str:
    """Errors that differ only in their numbers are one cause."""
    return hashlib.sha256(f"{what}|{error_class}|{_NUMBER.sub('#', error)}".encode()).hexdigest()[:16]


def redacted(error: str) -> str:
    """The text of an error without the addresses in it, on one line."""
    return " ".join(_ADDRESS.sub("<address>", error).split())[:LONGEST_ERROR]


def hint_content(body: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Headers and ids of a task's message as kombu writes it. Raises ValueError, TypeError, KeyError and the like."""
    message = _decoded(body)
    headers = message["headers"]
    content = message["body"]
    if message.get("properties", {}).get("body_encoding") == "base64":
        content = base64.b64decode(content, validate=True).decode()
    arguments = json.loads(content)
    ids = arguments[1] if isinstance(arguments, list) else {}
    if not (headers["task"] and headers["id"] and isinstance(ids, dict)):
        raise ValueError("not a hint")
    return headers, ids


def _read_hint(body: str) -> Letter:
    headers, ids = hint_content(body)
    return Letter(str(headers["id"])[:64], str(headers["task"])[:80], _plain(ids))


def _decoded(body: str) -> dict[str, Any]:
    """Kombu writes JSON, or JSON in base64."""
    text = body if body.lstrip().startswith("{") else base64.b64decode(body, validate=True).decode()
    message = json.loads(text)
    if not isinstance(message, dict):
        raise TypeError("not a message")
    return message


def _read_event(body: str) -> Letter:
    event = json.loads(body)
    if "Message" in event and "TopicArn" in event:
        event = json.loads(event["Message"])
    if records := event.get("Records"):
        stored = records[0].get("s3", {})
        ids = {"bucket": stored.get("bucket", {}).get("name", "")}
        return Letter(body_key(body), str(records[0].get("eventName", "S3"))[:80], _plain(ids))
    kind = event.get("eventType") or event.get("notificationType") or ""
    tags = {name: values[0] for name, values in (event.get("mail", {}).get("tags") or {}).items() if values}
    ids = {name: tags[name] for name in ("postroom_delivery", "postroom_attempt") if name in tags}
    return Letter(body_key(body), str(kind)[:80], _plain(ids))


def _plain(ids: dict[str, Any]) -> dict[str, int | str]:
    return {
        str(name)[:60]: value if isinstance(value, int) else redacted(str(value))[:100]
        for name, value in list(ids.items())[:10]
    }
