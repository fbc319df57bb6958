"""Reading, counting and merging SPF records. Pure.

Source: RFC 7208: one record (section 3.2), ten look-ups (4.6.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from credentials.sending_domains.records import SES_SPF, SPF_INCLUDE

MOST_LOOKUPS: Final = 10
_GIVEN_UP_AT: Final = 20
_VERSION: Final = "v=spf1"
_MECHANISM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/]).*)?", re.IGNORECASE)
_MODIFIER = re.compile(r"[a-z][a-z0-9._-]*=\S*", re.IGNORECASE)
_ASKING: Final = frozenset({"include", "a", "mx", "ptr", "exists"})
_MILDEST_FIRST: Final = ("?", "~", "-")

# The TXT records of a name; none where it has none or nobody answers.
TxtLookUp = Callable[[str], list[str]]


def is_spf(text: str) -> bool:
    """Whether a TXT record is one of SPF."""
    return text.lower() == _VERSION or text.lower().startswith(_VERSION + " ")


def odd_term(text: str) -> str:
    """The first term that no receiver understands; "" when all are understood."""
    for term in text.split()[1:]:
        if _MODIFIER.fullmatch(term):
            continue
        match = _MECHANISM.fullmatch(term)
        if match is None or (match[2].lower() in {"include", "exists", "ip4", "ip6"} and match[3] != ":"):
            return term
    return ""


def lets_ses_send(text: str) -> bool:
    """Whether it names SES, and before its `all`: what stands behind that is never read (RFC 7208, 5.1)."""
    terms = [term.removeprefix("+") for term in text.lower().split()]
    end = next((place for place, term in enumerate(terms) if term.lstrip("?~-") == "all"), len(terms))
    return SPF_INCLUDE in terms[:end]


def lets_everybody_send(text: str) -> bool:
    """Whether it ends in +all."""
    return bool({"+all", "all"} & set(text.lower().split()))


def count_lookups(text: str, ask_txt: TxtLookUp, *, seen: frozenset[str] = frozenset()) -> int:
    """How many DNS look-ups a receiver needs for it, those of what it includes among them; stops counting at 20."""
    count = 0
    for term in text.lower().split()[1:]:
        name, _separator, target = term.lstrip("+?~-").replace("redirect=", "redirect:").partition(":")
        name = name.partition("/")[0]
        if name not in _ASKING and name != "redirect":
            continue
        count += 1
        is_followed = name in {"include", "redirect"} and target not in seen and "%" not in target
        if is_followed and max(count, len(seen)) < _GIVEN_UP_AT:
            inner = next((found for found in ask_txt(target) if is_spf(found)), "")
            count += count_lookups(inner, ask_txt, seen=seen | {target}) if inner else 0
    return min(count, _GIVEN_UP_AT)


def merged(texts: list[str]) -> str:
    """One record that lets all of these send, and SES: each term once, the mildest ending of them."""
    if not texts:
        return SES_SPF
    terms = [term for text in texts for term in text.split()[1:]]
    endings = [term for term in terms if term.lower().lstrip("+?~-") == "all"]
    redirects = [term for term in terms if term.lower().startswith("redirect=")]
    middle = dict.fromkeys(term for term in terms if term not in endings and term not in redirects)
    if SPF_INCLUDE not in map(str.lower, middle):
        middle = {SPF_INCLUDE: None, **middle}
    last = [_mildest(endings)] if endings or not redirects else redirects[:1]
    return " ".join([_VERSION, *middle, *last])


def _mildest(endings: list[str]) -> str:
    qualifiers = {ending[0] for ending in endings}
    return next((mark for mark in _MILDEST_FIRST if mark in qualifiers), "~") + "all"
