"""What a website sends: read, measured, and told field by field what is wrong; pure.

The JSON is the one that the customer's pages send: email, subject, message, and where an installation has several
forms, formId. Beside them only what catches machines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.mail.address import InvalidAddress, parse_address

MAX_BODY_BYTES = 16 * 1024  # a thousand characters as \u escapes are six thousand
SUBJECT_CHARS, MESSAGE_CHARS = 100, 1000
TRAP = "homepage"  # a field that nobody sees
FASTEST_MS = 1000  # nobody fills in three fields in less
FIELDS = ("email", "subject", "message")


class Problem(StrEnum):
    """What is wrong with one field."""

    MISSING = "missing"
    BAD_ADDRESS = "bad_address"
    TOO_LONG = "too_long"
    LINE_BREAK = "line_break"
    NO_TEXT = "no_text"  # not a string, or with characters that no text has


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote; complete and clean where `problems` is empty."""

    email: str = ""
    subject: str = ""
    message: str = ""
    form_key: str = ""
    is_by_machine: bool = False
    problems: Mapping[str, Problem] = field(default_factory=dict)


class UnreadableBody(ValueError):
    """The body is no JSON object."""


def read_json(body: bytes) -> Written:
    """What a script sent. Raises UnreadableBody."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody from error
    if not isinstance(given, dict):
        raise UnreadableBody
    return read_fields(given)


def read_fields(given: Mapping[str, object]) -> Written:
    """What came in fields, of JSON or of a form."""
    texts = {name: _text_of(given.get(name)) for name in FIELDS}
    problems = {name: problem for name, text in texts.items() if (problem := _problem_of(name, text)) is not None}
    clean = {name: text or "" for name, text in texts.items()}
    if "email" not in problems:
        clean["email"] = parse_address(clean["email"]).address
    return Written(
        **clean, form_key=_text_of(given.get("formId")) or "", is_by_machine=_is_by_machine(given), problems=problems
    )


def _text_of(value: object) -> str | None:
    """The text without blanks around it and with plain line ends; None where it is none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return None
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if all(_is_of_a_text(character) for character in text) else None


def _is_of_a_text(character: str) -> bool:
    is_surrogate = "\ud800" <= character <= "\udfff"
    return character in "\n\t" or (character >= " " and character != "\x7f" and not is_surrogate)


def _problem_of(name: str, text: str | None) -> Problem | None:
    if text is None:
        return Problem.NO_TEXT
    if not text:
        return Problem.MISSING
    if name == "email":
        return _address_problem(text)
    if len(text) > (SUBJECT_CHARS if name == "subject" else MESSAGE_CHARS):
        return Problem.TOO_LONG
    is_broken = name == "subject" and len(text.splitlines()) > 1
    return Problem.LINE_BREAK if is_broken or (name == "subject" and "\t" in text) else None


def _address_problem(text: str) -> Problem | None:
    try:
        parse_address(text)
    except InvalidAddress:
        return Problem.BAD_ADDRESS
    return None


def _is_by_machine(given: Mapping[str, object]) -> bool:
    """Whether the hidden field was filled in, or all of them faster than anybody types."""
    took_ms = given.get("elapsedMs")
    is_fast = isinstance(took_ms, int) and not isinstance(took_ms, bool) and took_ms < FASTEST_MS
    return is_fast or bool(str(given.get(TRAP) or "").strip())
