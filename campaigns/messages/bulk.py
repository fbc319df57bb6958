"""Writes a compiled message as an SES inline template, whose only tool is `{{key}}`.

SES escapes nothing (research says; to be proven on a live account), so HTML values come escaped under their own keys.
Braces of the message's own text that could be read as a placeholder become constants under keys of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.mail.segments import Segments

_CONSTANTS = {"{": "ob", "}": "cb", "\\": "bs"}
_RUN = r"[{\\]{2,}"
_LAST = r"[{\\]\Z"
_FIRST = r"\A\}+"


@dataclass(frozen=True, slots=True)
class BulkTemplate:
    """Subject, HTML and text for SES; `constants` must be in every recipient's replacement data."""

    subject: str
    html: str
    text: str
    constants: Mapping[str, str] = field(default_factory=dict)


def make_bulk_template(subject: Segments, html: Segments, text: Segments) -> BulkTemplate:
    """Write the three compiled texts as one inline template."""
    used: dict[str, str] = {}
    return BulkTemplate(_written(subject, used), _written(html, used), _written(text, used), constants=used)


def _written(segments: Segments, used: dict[str, str]) -> str:
    def constant(match: re.Match[str]) -> str:
        for character in match.group():
            used[_CONSTANTS[character]] = character
        return "".join(f"{{{{{_CONSTANTS[character]}}}}}" for character in match.group())

    parts: list[str] = []
    last = len(segments.literals) - 1
    for number, literal in enumerate(segments.literals):
        readable = _readable_as_placeholder(follows_hole=number > 0, precedes_hole=number < last)
        parts.append(readable.sub(constant, literal))
        if number < last:
            parts.append(f"{{{{{segments.keys[number]}}}}}")
    return "".join(parts)


def _readable_as_placeholder(*, follows_hole: bool, precedes_hole: bool) -> re.Pattern[str]:
    """Match what a template engine could take for the start, escape or end of a placeholder."""
    wanted = [_RUN]
    if precedes_hole:
        wanted.append(_LAST)
    if follows_hole:
        wanted.append(_FIRST)
    return re.compile("|".join(wanted))
