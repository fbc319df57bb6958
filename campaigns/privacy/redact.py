"""Taking addresses out of texts and JSON values; pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GONE = "…"


def redact_text(text: str, words: Iterable[str]) -> str:
    """The text with each of the words, whatever its case, replaced."""
    for word in words:
        text = re.sub(re.escape(word), GONE, text, flags=re.IGNORECASE)
    return text


def redact_json(value: Any, words: Sequence[str]) -> Any:
    """The JSON value with each of the words replaced in all its texts."""
    if isinstance(value, str):
        return redact_text(value, words)
    if isinstance(value, list):
        return [redact_json(each, words) for each in value]
    if isinstance(value, dict):
        return {redact_text(str(name), words): redact_json(each, words) for name, each in value.items()}
    return value


def redact_problems(problems: list[dict[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    """An import's problems without the examples that name somebody; counts and causes stay."""
    return [_redacted(problem, words) if _names(problem, words) else problem for problem in problems]


def _redacted(problem: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    return {**problem, "example": "", "value": redact_text(str(problem.get("value", "")), words)}


def without_events(body: str, words: Sequence[str]) -> tuple[str, int] | None:
    """A webhook's body without the events that name somebody, and how many are left; None when none is."""
    told = json.loads(body)
    kept = [event for event in told["data"]["events"] if not _names(event, words)]
    if not kept:
        return None
    told["data"]["events"] = kept
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")), len(kept)


def _names(value: Any, words: Sequence[str]) -> bool:
    text = json.dumps(value, ensure_ascii=False).lower()
    return any(word.lower() in text for word in words)
