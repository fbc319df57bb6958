"""Reading DMARC records. Pure. Source: RFC 7489, section 6.3."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

_POLICIES: Final = ("none", "quarantine", "reject")
_TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MAILBOX = re.compile(r"mailto:[^\s,;!]+@[^\s,;!]+(![0-9]+[kmgt]?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dmarc:
    """A record that receivers understand: `policy` none, quarantine or reject; `reports_to` the mailto: addresses.

    `policy_below` is for domains below that have no record of their own.
    """

    policy: str
    reports_to: tuple[str, ...] = ()
    pct: int = 100
    policy_below: str = ""  # "" = the same

    @property
    def strength(self) -> int:
        """0, 1 or 2: how strict it is."""
        return _POLICIES.index(self.policy)

    def below(self) -> Dmarc:
        """What it says of a domain below."""
        return replace(self, policy=self.policy_below or self.policy)


class DmarcError(ValueError):
    """It is not understood; the text is the part that is wrong."""


def read_dmarc(text: str) -> Dmarc:
    """A record's meaning; tags that nobody knows are passed over, as receivers must. Raises DmarcError with the wrong part."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    tags: dict[str, str] = {}
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not _TAG.fullmatch(name) or name.lower() in tags:
            raise DmarcError(part)
        tags[name.lower()] = value
    if not parts or parts[0].replace(" ", "") != "v=DMARC1":
        raise DmarcError(parts[0] if parts else text)
    policy = tags.get("p", "").lower()
    if policy not in _POLICIES:
        raise DmarcError(f"p={tags['p']}" if "p" in tags else "p=")
    below = tags.get("sp", "").lower()
    if below and below not in _POLICIES:
        raise DmarcError(f"sp={tags['sp']}")
    return Dmarc(policy, _mailboxes(tags.get("rua", "")), _percent(tags.get("pct", "100")), below)


def _mailboxes(text: str) -> tuple[str, ...]:
    addresses = tuple(each.strip() for each in text.split(",") if each.strip())
    for address in addresses:
        if not _MAILBOX.fullmatch(address) and not address.lower().startswith("https:"):
            raise DmarcError(f"rua={address}")
    return addresses


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:  # noqa: PLR2004  # per cent
        raise DmarcError(f"pct={text}")
    return int(text)
