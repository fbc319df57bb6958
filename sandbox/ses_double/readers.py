"""Pure: what the people behind the addresses do with a mail when SES tracks it: open, click, or a machine does.

Decided by the address's domain, else by the message's id, so that the same message is always treated alike.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from sandbox.ses_double import fate
from sandbox.ses_double.letter import Accepted, bare_address, domain_of

TRACKED = frozenset({"OPEN", "CLICK"})  # SES tracks where a destination of the configuration set asks for them
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
APPLE = "Mozilla/5.0"  # Apple Mail's privacy protection, which fetches every image
LINK = re.compile(r'href=\\?"(https?://[^"\\]+)')
ARRIVES = frozenset({fate.DELIVERED, fate.OUT_OF_OFFICE, fate.COMPLAINED, fate.DELAYED})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: what they do, each so many seconds after the mail was sent, with which program."""

    deeds: tuple[tuple[str, float], ...] = ()
    agent: str = BROWSER


NOBODY = Reader()
PERSON = Reader((("OPEN", 15.0),))
CURIOUS = Reader((("OPEN", 15.0), ("CLICK", 25.0)))
APPLE_PROXY = Reader((("OPEN", 2.0),), APPLE)
SCANNER = Reader((("CLICK", 1.0),))
BY_DOMAIN = {
    "reader.example": CURIOUS,
    "applemail.example": APPLE_PROXY,
    "scanner.example": SCANNER,
    fate.SIMULATOR_DOMAIN: NOBODY,
}
SHARES = (
    (12, APPLE_PROXY),
    (45, PERSON),
    (57, CURIOUS),
    (62, SCANNER),
)  # of a hundred, added up; the rest read nothing


def reader_of(message: Accepted) -> Reader:
    """Who reads this message; nobody where it never arrives."""
    if message.outcome not in ARRIVES:
        return NOBODY
    known = BY_DOMAIN.get(domain_of(bare_address(message.entry.recipients[0]).lower()))
    if known is not None:
        return known
    number = zlib.crc32(message.ses_message_id.encode()) % 100
    return next((reader for below, reader in SHARES if number < below), NOBODY)


def link_in(message: Accepted) -> str:
    """The first link of the message, as a click names it."""
    found = LINK.search(message.letter.html) or LINK.search(message.entry.values_json)
    return found[1] if found else "https://postroom.example/"
