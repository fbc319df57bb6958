"""May a user with these allowed senders send as this one? Answered as IAM does, with what lies nearest when not.

Pure. IAM's StringLike compares the address in From character by character, in the case in which it is written: `*` stands for
any characters, `?` for one, `${*}`, `${?}` and `${$}` for the sign itself, other variables for their value; one without a
value matches nothing. Source: IAM user guide, "String condition operators" and "Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_SIGNS: Final = ("*", "?", "$")
_MAILBOX: Final = re.compile(r"<([^<>]*)>\s*$")


class Verdict(StrEnum):
    """Why somebody may send as a sender, or may not."""

    ALLOWED = "allowed"
    NO_ADDRESS = "no_address"
    NOBODY = "nobody"  # the list is empty
    CASE = "case"  # only capital letters are in the way
    SUBDOMAIN = "subdomain"  # the pattern means the domain itself, the sender is below it
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Answer:
    """`pattern` is the one that matches, or the nearest; "" when there is none near. `address` is what IAM compares."""

    verdict: Verdict
    address: str
    pattern: str = ""

    @property
    def is_allowed(self) -> bool:
        return self.verdict is Verdict.ALLOWED


def simulate(patterns: Iterable[str], sender: str) -> Answer:
    """Answer for a sender as it stands in From, with a name or without."""
    address = address_in(sender)
    if "@" not in address.strip("@"):
        return Answer(Verdict.NO_ADDRESS, address)
    chosen = list(patterns)
    if not chosen:
        return Answer(Verdict.NOBODY, address)
    for pattern in chosen:
        if matches(pattern, address):
            return Answer(Verdict.ALLOWED, address, pattern)
    return _nearest(chosen, address)


def may_send(patterns: Iterable[str], sender: str) -> bool:
    """Tell whether one of the patterns matches the sender."""
    return simulate(patterns, sender).is_allowed


def address_in(sender: str) -> str:
    """Return the address of a From line: what is in its brackets, or all of it."""
    found = _MAILBOX.search(sender)
    return (found[1] if found else sender).strip()


def matches(pattern: str, text: str, variables: Mapping[str, str] | None = None) -> bool:
    """Compare as StringLike does; `variables` by their names in lower case, as `aws:username`."""
    pieces = _pieces(pattern, variables or {})
    return pieces is not None and _is_match(pieces, text)


def _nearest(patterns: list[str], address: str) -> Answer:
    lowered = address.lower()
    for pattern in patterns:
        if matches(pattern.lower(), lowered):
            return Answer(Verdict.CASE, address, pattern)
    local_part, _, domain = lowered.rpartition("@")
    parents = [domain[at + 1 :] for at, char in enumerate(domain) if char == "."]
    for parent in parents:
        for pattern in patterns:
            if matches(pattern.lower(), f"{local_part}@{parent}"):
                return Answer(Verdict.SUBDOMAIN, address, pattern)
    return Answer(Verdict.NO_MATCH, address)


def _pieces(pattern: str, variables: Mapping[str, str]) -> list[str] | None:
    """Cut a pattern into `*`, `?` and plain characters, each plain one marked by a leading NUL; None matches nothing."""
    pieces: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(pattern):
        pieces += _wild(pattern[end : found.start()])
        value = found[1] if found[1] in _SIGNS else _value(found[1], variables)
        if value is None:
            return None
        pieces += [f"\0{char}" for char in value]
        end = found.end()
    return pieces + _wild(pattern[end:])


def _wild(text: str) -> list[str]:
    return [char if char in "*?" else f"\0{char}" for char in text]


def _value(variable: str, variables: Mapping[str, str]) -> str | None:
    name, _, default = (part.strip() for part in variable.partition(","))
    value = variables.get(name.lower())
    if value is None and len(default) > 1 and default[0] == default[-1] == "'":
        return default[1:-1]
    return value


def _is_match(pieces: list[str], text: str) -> bool:
    """Walk both at once; after a mismatch let the last star take one character more, which no earlier one need do."""
    at = place = 0
    star, star_place = -1, 0
    while place < len(text):
        piece = pieces[at] if at < len(pieces) else ""
        if piece == "*":
            star, star_place = at, place
            at += 1
        elif piece == "?" or piece == f"\0{text[place]}":
            at += 1
            place += 1
        elif star >= 0:
            star_place += 1
            at, place = star + 1, star_place
        else:
            return False
    return all(piece == "*" for piece in pieces[at:])
