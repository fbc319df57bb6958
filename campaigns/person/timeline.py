"""Everything that happened with one person, newest first, page by page.

All of it is found by indexes on the person or the address, so it costs what one person's history costs, however many
people there are. A subject adds its lines by one entry in SOURCES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaigns.person import other_entries
from campaigns.person.entries import Entry, Kind
from campaigns.person.mail_entries import mail_entries
from campaigns.preferences.entries import unsubscribe_entries

if TYPE_CHECKING:
    from campaigns.audience.models import Contact

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Source:
    """Where lines come from, and of which kinds they can be."""

    kinds: frozenset[Kind]
    entries: Callable[[Contact], Iterable[Entry]]


def address_keys(contact: Contact) -> list[str]:
    """The person's address, and those of others who were merged into them."""
    return [contact.address_key, *contact.former_addresses.values_list("address_key", flat=True)]


SOURCES = (
    Source(frozenset({Kind.MAIL, Kind.READ}), lambda contact: mail_entries(address_keys(contact))),
    Source(frozenset({Kind.IMPORT}), other_entries.import_entries),
    Source(frozenset({Kind.EDIT, Kind.GROUP}), other_entries.edit_entries),
    Source(frozenset({Kind.GROUP}), other_entries.group_entries),
    Source(frozenset({Kind.EDIT, Kind.GROUP}), other_entries.bulk_entries),
    Source(frozenset({Kind.EDIT}), other_entries.deed_entries),
    Source(frozenset({Kind.CONSENT}), other_entries.consent_entries),
    Source(frozenset({Kind.STOP}), lambda contact: other_entries.stop_entries(address_keys(contact))),
    Source(frozenset({Kind.STOP}), lambda contact: unsubscribe_entries(address_keys(contact))),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the cursor of the page behind them ("" = no more)."""

    entries: list[Entry]
    next_cursor: str = ""


def timeline(contact: Contact, *, kinds: frozenset[Kind] = frozenset(), cursor: str = "") -> Page:
    """One page of the person's history, newest first; no kinds = all of them."""
    wanted = kinds or frozenset(Kind)
    found = [
        entry
        for source in SOURCES
        if source.kinds & wanted
        for entry in source.entries(contact)
        if entry.kind in wanted
    ]
    place = _read(cursor)
    if place is not None:
        found = [entry for entry in found if entry.place < place]
    found.sort(key=lambda entry: entry.place, reverse=True)
    shown = found[:PAGE_SIZE]
    return Page(shown, _write(shown[-1]) if len(found) > PAGE_SIZE else "")


def _write(entry: Entry) -> str:
    return f"{entry.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}~{entry.key}"


def _read(cursor: str) -> tuple[datetime, str] | None:
    moment, tilde, key = cursor.partition("~")
    if not tilde:
        return None
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), key
    except ValueError:
        return None
