"""E-mail addresses: read, normalise, refuse; and mailboxes (name and address) as a header shows them.

Stricter than RFC 5321 where real mail is: no quoted local parts (`"john doe"@example.org` is a typing mistake far more
often than a mailbox), no non-ASCII local parts (SES refuses them), no domain literals (`a@[192.0.2.1]`), no comments.
Domains may be international; they are written as A-labels (IDNA 2008 with UTS 46 mapping).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import idna

from portal.errors import InvalidInput
from portal.mail.encoded_words import encoded_words, require_one_line

MAX_ADDRESS_CHARS: Final = 254  # RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets
MAX_LOCAL_PART_CHARS: Final = 64
MAX_DOMAIN_CHARS: Final = 253
MAX_NAME_CHARS: Final = 150
_MAX_CACHED_DOMAINS: Final = 50_000

_MAX_TYPED_CHARS: Final = 1_000  # international domains may be longer than their A-labels
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

_UNPRINTABLE: Final = _INVISIBLE - {"Cf"}

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_ADDRESS = re.compile(rf"({_ATEXT}+(?:\.{_ATEXT}+)*)@([^@\s]+)")
_LOCAL_PART = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
_PLAIN_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_SEPARATORS = re.compile(r"[\s,;|/<>()\"]+")
_PLAIN_NAME = re.compile(rf"(?:{_ATEXT}|[ ])+")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")

_TEXTS: Final = {
    "empty": "There is no address.",
    "control_character": "The address has an invisible or control character in it.",
    "too_long": f"The address is longer than {MAX_ADDRESS_CHARS} characters, or the part before the @ longer than {MAX_LOCAL_PART_CHARS}.",
    "two_addresses": "There is more than one address here. Write one in each field.",
    "no_at": "There is no @ in the address.",
    "bad_local_part": "The part before the @ is not one that mail can be sent to.",
    "bad_domain": "The part after the @ is not a domain name, such as example.org.",
}


class InvalidAddress(InvalidInput):
    """No address that mail can be sent to; `code` says why and does not change between releases.

    Codes: empty, control_character, too_long, two_addresses, no_at, bad_local_part, bad_domain.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(_TEXTS[code])
        self.code = code
        self.text = text


class Address(NamedTuple):
    """`address` is what mail is sent to (domain in lower-case A-labels); `key` tells people apart (all lower case)."""

    address: str
    key: str


_domains: dict[str, str | None] = {}


def parse_address(text: str) -> Address:
    """Read one address. White space around it is left out. Raises InvalidAddress."""
    match = _ADDRESS.fullmatch(text)
    if match is not None:
        local_part, domain = match.groups()
        known = _domains.get(domain)
        if known is not None and len(local_part) <= MAX_LOCAL_PART_CHARS:
            address = f"{local_part}@{known}"
            if len(address) <= MAX_ADDRESS_CHARS:
                return Address(address, address.lower())
    return _parse_carefully(text)


def _parse_carefully(text: str) -> Address:
    stripped = text.strip()
    code = _obvious_fault(stripped)
    if code:
        raise InvalidAddress(code, text)
    local_part, _, domain = stripped.partition("@")
    if len(local_part) > MAX_LOCAL_PART_CHARS:
        raise InvalidAddress("too_long", text)
    if not _LOCAL_PART.fullmatch(local_part):
        raise InvalidAddress("bad_local_part", text)
    known = domain_in_ascii(domain)
    if known is None:
        raise InvalidAddress("bad_domain", text)
    address = f"{local_part}@{known}"
    if len(address) > MAX_ADDRESS_CHARS:
        raise InvalidAddress("too_long", text)
    return Address(address, address.lower())


def _obvious_fault(text: str) -> str:
    if not text:
        return "empty"
    if _holds_several(text):
        return "two_addresses"
    if len(text) > _MAX_TYPED_CHARS:
        return "too_long"
    if any(unicodedata.category(character) in _INVISIBLE for character in text):
        return "control_character"
    return {0: "no_at", 1: ""}.get(text.count("@"), "bad_local_part")


def _holds_several(text: str) -> bool:
    return sum("@" in piece for piece in _SEPARATORS.split(text)) > 1


def domain_in_ascii(domain: str) -> str | None:
    """Write a domain in lower-case A-labels, or None when no mail server can have that name. Answers are kept."""
    if domain in _domains:
        return _domains[domain]
    if len(domain) > MAX_DOMAIN_CHARS:
        return None
    if len(_domains) >= _MAX_CACHED_DOMAINS:
        _domains.clear()
    _domains[domain] = verdict = _read_domain(domain)
    return verdict


def _read_domain(domain: str) -> str | None:
    lowered = domain.lower()
    if _PLAIN_DOMAIN.fullmatch(domain) and "xn--" not in lowered and "--" not in lowered[2:4]:
        return lowered
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None
    is_usable = len(encoded) <= MAX_DOMAIN_CHARS and _PLAIN_DOMAIN.fullmatch(encoded)
    return encoded if is_usable else None


def display_address(address: str) -> str:
    """Show an address with its domain in its own script; unchanged where that is not possible."""
    local_part, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local_part}@{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address


def format_mailbox(name: str, address: str) -> str:
    """Write `Name <address>` for a header; the address alone when there is no name.

    All in one line, so that it fits APIs as well as headers. `address` must come from parse_address. Control characters and line breaks in the name become spaces.
    Raises UnsafeHeader when the address could not stand in a header.
    """
    require_one_line(address, name="address")
    shown = name if name.isprintable() else _printable(name)
    shown = shown.strip()[:MAX_NAME_CHARS]
    if not shown:
        return address
    if _PLAIN_NAME.fullmatch(shown) and "=?" not in shown:
        return f"{shown} <{address}>"
    if shown.isascii() and "=?" not in shown:
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{' '.join(encoded_words(shown))} <{address}>"


def _printable(name: str) -> str:
    """Blank what is not text; joiners, which some scripts and emoji need, stay."""
    without_overrides = _BIDI.sub("", name)
    return "".join(
        " " if unicodedata.category(character) in _UNPRINTABLE else character for character in without_overrides
    )
