"""Every link of a message: its words, where it leads, where it was typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from campaigns.messages.checks.point import place_name
from campaigns.messages.checks.typed import TypedBody
from campaigns.messages.checks.words import read_message
from campaigns.messages.problems import BODY

if TYPE_CHECKING:
    from campaigns.messages.compile import CompiledMessage
    from campaigns.messages.source import MessageSource


class Leads(StrEnum):
    """Where a link leads, as far as its address tells."""

    SAFE = "safe"  # https
    UNSAFE = "unsafe"  # http
    OWN = "own"  # another address for each person
    MAIL = "mail"
    OTHER = "other"


class LinkDict(TypedDict):
    """One link as JSON; `line` 0 where it was not typed in the message but stands in the layout."""

    words: str
    href: str
    leads: str
    where: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link; `line` and `column` count from 1 in the body as typed."""

    words: str
    href: str
    leads: Leads
    where: str
    line: int
    column: int
    length: int

    def as_dict(self) -> LinkDict:
        return LinkDict(**{**asdict(self), "leads": self.leads.value})  # type: ignore[typeddict-item]


def links_of(source: MessageSource, compiled: CompiledMessage) -> list[LinkRow]:
    """The links of a message in their order, those of its layout included."""
    typed = TypedBody.of(source.body, has_layout=source.kind == "markdown")
    return [_row(link.words or link.picture_alt or "", link.href, typed) for link in read_message(compiled).links]


def _row(words: str, href: str, typed: TypedBody) -> LinkRow:
    spot = typed.spot_of(href)
    where = place_name(spot["place"]) if spot["place"] != BODY else ""
    return LinkRow(words, href, leads_to(href), where, spot["line"], spot["column"], spot["length"])


def leads_to(href: str) -> Leads:
    """What kind of address it is, Liquid in it as typed."""
    lowered = href.lower()
    if "{{" in href or "{%" in href:
        return Leads.OWN
    if lowered.startswith("https://"):
        return Leads.SAFE
    if lowered.startswith("http://"):
        return Leads.UNSAFE
    return Leads.MAIL if lowered.startswith("mailto:") else Leads.OTHER
