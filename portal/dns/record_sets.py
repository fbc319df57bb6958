"""The records of one name and type, as a DNS provider keeps them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The records of one name and type; `name` without the last dot, `values` as zone files write them, TXT in quotes.

    `is_plain` is False for what is more than values: an alias of Route 53, or a set with a routing policy.
    """

    name: str
    type: str
    ttl_s: int
    values: tuple[str, ...]
    is_plain: bool = True
