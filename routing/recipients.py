"""Envelope recipients as routing sees them: their normal form, and the keys under which a rule may wait. Pure.

Wider than `portal.mail.address`: quoted local parts exist in real envelopes, and whatever SES hands us must lead to a
decision, so nothing here raises. Source: RFC 5321, section 4.1.2; RFC 5891.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.mail.address import domain_in_ascii

ANY_KEY: Final = "*"
TAG_SIGN: Final = "+"
MAX_KEY_CHARS: Final = 320  # 64 + @ + 255; what is longer finds only rules of its domain
_LEAST_QUOTED_CHARS: Final = 2

_DOT_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+(?:\.[^\s()<>\[\]:;@\\,\".\x00-\x1f\x7f]+)*")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class PatternKind(StrEnum):
    """What a rule's pattern stands for, the most specific first."""

    TAGGED = "tagged"  # user+tag@example.com
    EXACT = "exact"  # user@example.com, with any tag that has no rule of its own
    DOMAIN = "domain"  # *@example.com
    ANY = "any"  # *


@dataclass(frozen=True, slots=True)
class CandidateKey:
    """One key under which a rule for a recipient may be found."""

    kind: PatternKind
    key: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """`key` is the whole address in normal form; `local_part`, `domain` its halves ("" where there is no @)."""

    text: str
    key: str
    local_part: str
    domain: str


def read_recipient(text: str) -> Recipient:
    """Normalise an envelope address: lower case, domain in A-labels, quotes of a local part only where needed."""
    stripped = text.strip()
    if stripped.startswith("<") and stripped.endswith(">"):
        stripped = stripped[1:-1].strip()
    local_part, at_sign, domain = stripped.rpartition("@")
    if not at_sign:
        return Recipient(text, stripped.lower(), "", "")
    local_part = _normal_local_part(local_part)
    domain = _normal_domain(domain)
    return Recipient(text, f"{local_part}@{domain}", local_part, domain)


def candidate_keys(recipient: Recipient) -> tuple[CandidateKey, ...]:
    """At most four keys, the most specific first; none twice."""
    found: list[CandidateKey] = []
    user, tag_sign, _tag = recipient.local_part.partition(TAG_SIGN)
    is_tagged = bool(user and tag_sign) and not recipient.local_part.startswith('"')
    if recipient.domain:
        kind = PatternKind.TAGGED if is_tagged else PatternKind.EXACT
        found.append(CandidateKey(kind, recipient.key))
        if is_tagged:
            found.append(CandidateKey(PatternKind.EXACT, f"{user}@{recipient.domain}"))
        found.append(CandidateKey(PatternKind.DOMAIN, f"{ANY_KEY}@{recipient.domain}"))
    found.append(CandidateKey(PatternKind.ANY, ANY_KEY))
    # `*` is a letter that a local part may have: such an address is the pattern of its domain.
    last_of = {candidate.key: candidate for candidate in found}
    return tuple(candidate for candidate in found if last_of[candidate.key] is candidate)


def _normal_local_part(text: str) -> str:
    lowered = text.strip().lower()
    if len(lowered) < _LEAST_QUOTED_CHARS or not (lowered.startswith('"') and lowered.endswith('"')):
        return lowered
    content = _QUOTED_PAIR.sub(r"\1", lowered[1:-1])
    if _DOT_ATOM.fullmatch(content):
        return content
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _normal_domain(text: str) -> str:
    domain = text.strip().removesuffix(".").lower()
    return domain_in_ascii(domain) or domain
