"""Pure: what one API call carries, and how it becomes one person's message.

A letter is kept once per call, with its places (`{{name}}`) unfilled; an entry holds
the values of one recipient. Filling follows SES: values go in as they are, unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

PLACE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file that goes with a letter; one with a `content_id` is shown by its HTML as `cid:<content_id>`."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The part of a call that all of its recipients share."""

    operation: str
    sender: str  # the From field as given, display name included
    reply_to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    raw: bytes = b""  # the whole message; subject, text and html are then empty
    headers: Headers = ()
    configuration_set: str = ""
    is_template: bool = False
    files: tuple[LetterFile, ...] = ()
    caller: str = "postroom-sandbox"  # name of the IAM user or role that sends
    source_ip: str = "127.0.0.1"
    envelope_from: str = ""  # "" = the address of the sender


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of a call that belongs to one message."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    values_json: str = "{}"
    values: Mapping[str, object] = field(default_factory=dict)  # the same, read
    headers: Headers = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return every address the message goes to, in the order given."""
        return (*self.to, *self.cc, *self.bcc)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message the double took: it now has an id and a fate."""

    ses_message_id: str
    accepted_at_s: float
    letter: Letter
    entry: Entry
    subject: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One person's message with every place filled."""

    subject: str
    text: str
    html: str


@lru_cache(maxsize=256)
def places(template: str) -> frozenset[str]:
    """Return the names that the template wants values for."""
    return frozenset(PLACE.findall(template))


def missing_place(letter: Letter, values: Mapping[str, object]) -> str | None:
    """Return the first name without a value, or None; "" and 0 are values."""
    if not letter.is_template:
        return None
    wanted = places(letter.subject) | places(letter.text) | places(letter.html)
    missing = sorted(name for name in wanted if name not in values)
    return missing[0] if missing else None


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put values in the places, once: what a value brings along is not read again."""
    return PLACE.sub(lambda place: str(values.get(place[1], "")), template)


def fill_subject(letter: Letter, values: Mapping[str, object]) -> str:
    """Return the subject as its recipient sees it."""
    return fill(letter.subject, values) if letter.is_template else letter.subject


def fill_letter(letter: Letter, values: Mapping[str, object]) -> Filled:
    """Return the message as its recipient sees it."""
    if not letter.is_template:
        return Filled(letter.subject, letter.text, letter.html)
    return Filled(
        fill(letter.subject, values),
        fill(letter.text, values),
        fill(letter.html, values),
    )


def merge_headers(default: Headers, replacement: Headers) -> Headers:
    """Return the default headers, each replaced by its namesake, then the rest."""
    by_name = {name.lower(): (name, value) for name, value in default}
    by_name.update({name.lower(): (name, value) for name, value in replacement})
    return tuple(by_name.values())


def bare_address(mailbox: str) -> str:
    """Return the address within `Name <address>`, or the text itself."""
    start, end = mailbox.rfind("<"), mailbox.rfind(">")
    return mailbox[start + 1 : end].strip() if 0 <= start < end else mailbox.strip()


def domain_of(address: str) -> str:
    """Return the part after the last @, lower-cased."""
    return address.rpartition("@")[2].lower()


def bare_addresses(mailboxes: Iterable[str]) -> list[str]:
    """Return the address within each mailbox."""
    return [bare_address(mailbox) for mailbox in mailboxes]
