"""Writes the file that the import benches read: address, name and three attributes; 2 % repeats, 0.5 % bad addresses."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Email,First name,City,Plan,Joined\n"
CITIES = ("Köln", "Zürich", "Genève", "Wien", "Łódź", "Lisboa", "Oslo", "Praha")


def write_people(path: Path, row_count: int) -> None:
    """Write `row_count` rows, the same ones every time."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for number in range(row_count):
            kind = chance.random()
            person = chance.randrange(number) if number and kind < 0.02 else number
            address = f"not-an-address-{number}" if kind > 0.995 else f"person.{person}@host{person % 5000}.example"
            city, day = CITIES[number % len(CITIES)], number % 28 + 1
            file.write(
                f"{address},Jörg Müller {number},{city},plan-{number % 5},2025-{number % 12 + 1:02d}-{day:02d}\n"
            )
