"""Patterns of rules as people type them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from portal.errors import InvalidInput
from portal.mail.address import domain_in_ascii
from routing.recipients import ANY_KEY, MAX_KEY_CHARS, PatternKind, candidate_keys, read_recipient


class InvalidPattern(InvalidInput):
    """No pattern of a rule; `code` is empty, no_at, bad_domain, bad_local_part or too_long."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(_TEXTS[code])
        self.code = code
        self.text = text


_TEXTS = {
    "empty": "Write an address, *@example.com for a whole domain, or * for everything.",
    "no_at": "There is no @ in it. Write an address, *@example.com for a whole domain, or * for everything.",
    "bad_domain": "The part after the @ is not a domain name, such as example.com.",
    "bad_local_part": "A * can only stand for the whole part before the @; the part before the @ must not be empty.",
    "too_long": f"It is longer than {MAX_KEY_CHARS} characters.",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """`key` is the normal form, unique among rules; see `routing.recipients.candidate_keys`."""

    kind: PatternKind
    key: str


def read_pattern(text: str) -> Pattern:
    """Read `user@example.com`, `user+tag@example.com`, `*@example.com` (or `@example.com`) or `*`. Raises InvalidPattern."""
    stripped = text.strip()
    if not stripped:
        raise InvalidPattern("empty", text)
    if stripped == ANY_KEY:
        return Pattern(PatternKind.ANY, ANY_KEY)
    local_part, at_sign, domain = stripped.rpartition("@")
    if not at_sign:
        raise InvalidPattern("no_at", text)
    if domain_in_ascii(domain.removesuffix(".").lower()) is None:
        raise InvalidPattern("bad_domain", text)
    recipient = read_recipient(f"{local_part or ANY_KEY}@{domain}")
    if len(recipient.key) > MAX_KEY_CHARS:
        raise InvalidPattern("too_long", text)
    if not _is_usable(recipient.local_part):
        raise InvalidPattern("bad_local_part", text)
    return Pattern(candidate_keys(recipient)[0].kind, recipient.key)


def _is_usable(local_part: str) -> bool:
    if local_part == ANY_KEY or local_part.startswith('"'):
        return True
    is_unfit = any(character.isspace() or character in '"(),:;<>@[\\]' for character in local_part)
    return bool(local_part) and ANY_KEY not in local_part and not is_unfit
