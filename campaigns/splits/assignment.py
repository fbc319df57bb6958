"""Who gets which version: a hash of campaign and person alone, so that no resume and no second plan changes it; pure.

The same few steps are made in SQL (`campaigns/splits/parting.py`), so they use whole numbers below 2^62 only.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

PRIME = 2**31 - 1  # x -> x^5 reaches every number below it, each once
BUCKETS = 10_000
REST = 0


class Part(NamedTuple):
    """One part of an audience: the people whose bucket is at least `low` and below `high`."""

    number: int  # the version it gets; REST = whichever wins
    low: int
    high: int


WHOLE_AUDIENCE = Part(REST, 0, BUCKETS)  # nothing is tested


def key_of(campaign_id: int) -> tuple[int, int]:
    """A campaign's own factor and summand, so that nobody is in the test of every campaign."""
    digest = blake2b(str(campaign_id).encode(), person=b"split", digest_size=16).digest()
    factor, summand = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")
    return factor % (PRIME - 1) + 1, summand % PRIME


def bucket_of(campaign_id: int, contact_id: int) -> int:
    """The person's bucket in this campaign, 0 to BUCKETS - 1."""
    factor, summand = key_of(campaign_id)
    mixed = (contact_id % PRIME * factor + summand) % PRIME
    square = mixed * mixed % PRIME
    return square * square % PRIME * mixed % PRIME % BUCKETS


def parts_of(share_percent: int, version_count: int) -> list[Part]:
    """The versions' parts, equal in size, and the rest; together they are all buckets."""
    tested = BUCKETS * share_percent // 100
    edges = [tested * number // version_count for number in range(version_count + 1)]
    versions = [Part(number + 1, edges[number], edges[number + 1]) for number in range(version_count)]
    return [*versions, Part(REST, tested, BUCKETS)]


def part_of(bucket: int, parts: list[Part]) -> int:
    """Number of the part that a bucket is in."""
    return next(part.number for part in parts if part.low <= bucket < part.high)
