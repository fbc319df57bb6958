"""Pure: the people of the demo, always the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.demo.names import NEIGHBOURHOODS

SEED = 20
PEOPLE_COUNT = 2_000
NEWCOMERS_COUNT = 60

# .example and example.* can never be anybody's (RFC 2606)
DOMAINS = ("example.org", "example.net", "example.com", "mail.example", "post.example", "xn--mnchen-3ya.example")
# What becomes of mail there is decided by the SES double; only newcomers live there, so they were never written to.
LIVELY_DOMAINS = ("bounce.example", "mailboxfull.example", "complaint.example", "delay.example", "example.org")
CITIES = (
    ("Riverside", "Europe/London"),
    ("Northgate", "Europe/London"),
    ("Hamburg", "Europe/Berlin"),
    ("Kraków", "Europe/Warsaw"),
    ("Lisboa", "Europe/Lisbon"),
    ("Αθήνα", "Europe/Athens"),
    ("Toronto", "America/Toronto"),
    ("大阪", "Asia/Tokyo"),
    ("", ""),
)
LIST_SHARES = (("Newsletter", 0.8), ("Donors", 0.15), ("Volunteers", 0.08))
TAG_SHARES = (("choir", 0.05), ("summer camp", 0.07), ("press", 0.01), ("board", 0.005))
MEMBER_SHARE = 0.45
HAS_CARD_SHARE = 0.99
NAMELESS_SHARE = 0.03
MEMBERSHIPS = ("full", "full", "full", "family", "youth", "supporting")


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the demo invents them."""

    address: str
    first_name: str
    last_name: str
    time_zone: str
    attributes: dict[str, str]
    lists: tuple[str, ...] = ()
    tags: tuple[str, ...] = field(default=())


def make_people() -> list[Person]:
    """Return everybody, newcomers last; addresses are unique."""
    chance = random.Random(SEED)
    seen: set[str] = set()
    old = [_person(chance, seen, number) for number in range(PEOPLE_COUNT - NEWCOMERS_COUNT)]
    return old + [_newcomer(chance, seen, number) for number in range(NEWCOMERS_COUNT)]


def _person(chance: random.Random, seen: set[str], number: int) -> Person:
    first, last, spelt = _name(chance)
    address = _unused(seen, spelt, chance.choice(DOMAINS))
    city, time_zone = chance.choice(CITIES)
    is_member = chance.random() < MEMBER_SHARE
    attributes = {"city": city} if city else {}
    if is_member:
        attributes["membership"] = chance.choice(MEMBERSHIPS)
    if is_member and chance.random() < HAS_CARD_SHARE:
        attributes["member_number"] = f"{10_000 + number * 3}"
    lists = (*(["Members"] if is_member else []), *_chosen(chance, LIST_SHARES))
    return Person(address, first, last, time_zone, attributes, lists, tuple(_chosen(chance, TAG_SHARES)))


def _newcomer(chance: random.Random, seen: set[str], number: int) -> Person:
    first, last, spelt = _name(chance)
    address = _unused(seen, spelt, LIVELY_DOMAINS[number % len(LIVELY_DOMAINS)])
    return Person(address, first, last, "", {"city": "Riverside"}, ("Newcomers",))


def _name(chance: random.Random) -> tuple[str, str, str]:
    """Return first name, last name, and the local part made of them; a few people gave no name."""
    shares = [share for share, _firsts, _lasts in NEIGHBOURHOODS]
    _share, firsts, lasts = chance.choices(NEIGHBOURHOODS, shares)[0]
    (first, first_spelt), (last, last_spelt) = chance.choice(firsts), chance.choice(lasts)
    spelt = f"{first_spelt}.{last_spelt}".lower()
    return ("", "", spelt) if chance.random() < NAMELESS_SHARE else (first, last, spelt)


def _unused(seen: set[str], spelt: str, domain: str) -> str:
    address, number = f"{spelt}@{domain}", 1
    while address in seen:
        number += 1
        address = f"{spelt}{number}@{domain}"
    seen.add(address)
    return address


def _chosen(chance: random.Random, shares: tuple[tuple[str, float], ...]) -> Iterator[str]:
    return (name for name, share in shares if chance.random() < share)
