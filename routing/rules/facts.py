"""What conditions may ask of a mail, from a stored message, a raw file, or JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from routing.inbound.headers import Header, addresses_in, decoded, kept_headers, read_headers, storable, values_of
from routing.rules.decide import Facts
from routing.rules.definition import Status, VerdictName


class FactsJson(TypedDict, total=False):
    """Facts as saved examples keep them."""

    sender: str
    size_bytes: int | None
    verdicts: dict[str, str]
    headers: list[list[str]]


def facts_of(
    headers: tuple[Header, ...],
    *,
    sender: str,
    size_bytes: int | None,
    verdicts: Mapping[VerdictName, Status],
) -> Facts:
    """Facts from headers as they were read; encoded words are decoded here."""
    readable = tuple((name, decoded(value)) for name, value in headers)
    header_from = tuple(address for value in values_of(headers, "from") for address in addresses_in(value))
    return Facts(
        sender=sender, header_from=header_from, size_bytes=size_bytes, verdicts=dict(verdicts), headers=readable
    )


def facts_of_raw(raw: bytes, *, sender: str, verdicts: Mapping[VerdictName, Status]) -> Facts:
    """Facts of a whole mail, e.g. an .eml file that somebody tries."""
    return facts_of(read_headers(raw), sender=sender, size_bytes=len(raw), verdicts=verdicts)


def facts_json(facts: Facts) -> FactsJson:
    """For keeping; of many headers, the first."""
    verdicts = {name.value: status.value for name, status in facts.verdicts.items()}
    return {
        "sender": facts.sender,
        "size_bytes": facts.size_bytes,
        "verdicts": verdicts,
        "headers": kept_headers(facts.headers),
    }


def read_facts(raw: FactsJson) -> Facts:
    """What `facts_json` made; verdicts that nobody knows count as not given."""
    headers = tuple((storable(str(name)), storable(str(value))) for name, value in raw.get("headers", []))
    given = raw.get("verdicts", {})
    verdicts = {name: Status(given[name.value]) for name in VerdictName if given.get(name.value) in set(Status)}
    return facts_of(headers, sender=raw.get("sender", ""), size_bytes=raw.get("size_bytes"), verdicts=verdicts)
