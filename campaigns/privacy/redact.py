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
    kept = []
    for problem in problems:
        names = any(word in json.dumps(problem, ensure_ascii=False).lower() for word in words)
        kept.append(
            {**problem, "example": "", "value": redact_text(str(problem.get("value", "")), words)} if names else problem
        )
    return kept
