"""The bill of a month: `python -m bench.costs`; 1,000, 100,000 and 10 million mails, beside what the customer pays today.

`--figures` prints what it is made of: durations and counts with their sources, and the prices. Asks nobody, measures nothing.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass

from bench.costs_prices import PRICED_IN, PRICES, Item
from bench.costs_usage import (
    FIGURES,
    MONTH_S,
    RATES_PER_S,
    Amounts,
    Table,
    aurora_requests,
    month_of,
    read_table,
    stored_gb,
)

HOURS = MONTH_S / 3600
CUSTOMER_USD_PER_1000 = 12.0
INSTANCE_LEAST_GB = 20.0
AURORA_LEAST_UNITS = 0.5

NAT: Amounts = {Item.NAT_HOUR: HOURS, Item.ADDRESS_HOUR: HOURS}
NAT_MACHINE: Amounts = {Item.MACHINE_HOUR: HOURS, Item.DISK_GB: 8, Item.ADDRESS_HOUR: HOURS}
PRIVATE_API: Amounts = {Item.ENDPOINT_HOUR: HOURS}


@dataclass(frozen=True, slots=True)
class Installation:
    """What stands there whether mail is sent or not, by part; the database grows with the mails."""

    name: str
    parts: dict[str, Amounts]
    database: str = "instance"  # as in infra/modules/database
    has_alarms: bool = True

    def month(self, mails: int, table: Table) -> dict[str, Amounts]:
        """Everything that is billed beside use."""
        alarms = {"alarms": {Item.ALARM: float(_alarm_count(table))}} if self.has_alarms else {}
        return {**self.parts, "key": {Item.KEY: 1}, **alarms, "database": database(mails, kind=self.database)}


def database(mails: int, *, kind: str) -> Amounts:
    """The smallest of each kind, with room for a month's mails; one elsewhere is on somebody else's bill."""
    if kind == "none":
        return {}
    if kind == "aurora":
        return {
            Item.AURORA_UNIT_HOUR: HOURS * AURORA_LEAST_UNITS,
            Item.AURORA_GB: max(1.0, stored_gb(mails)),
            Item.AURORA_IO: aurora_requests(mails),
        }
    return {Item.SMALL_DATABASE_HOUR: HOURS, Item.INSTANCE_GB: max(INSTANCE_LEAST_GB, stored_gb(mails))}


def _alarm_count(table: Table) -> int:
    """As infra/modules/monitoring makes them: two for a queue, one for a function (two of them are the web's), seven more."""
    return 2 * len(table["queues"]) + len(table["functions"]) + 2 + 7


INSTALLATIONS = (
    Installation("database elsewhere", {}, database="none", has_alarms=False),
    Installation("cheapest", {"NAT machine": NAT_MACHINE}, has_alarms=False),
    Installation("test as committed", {"NAT gateway": NAT, "private API": PRIVATE_API}),
    Installation(
        "prod as committed",
        {
            "NAT gateway": NAT,
            "private API": PRIVATE_API,
            "firewall": {Item.FIREWALL: 1, Item.FIREWALL_RULE: 3},
        },
        database="aurora",
    ),
)


def bill(amounts: Amounts) -> dict[Item, float]:
    """USD by item."""
    return {item: PRICES[item].of(amount) for item, amount in amounts.items()}


def together(parts: dict[str, Amounts]) -> Amounts:
    """All parts as one: what is free of charge is so once an account."""
    total: Counter[Item] = Counter()
    for amounts in parts.values():
        for item, amount in amounts.items():
            total[item] += amount  # type: ignore[assignment]
    return dict(total)


def use_usd(mails: int, table: Table) -> dict[Item, float]:
    """What the mails of a month and the schedule cost, by item."""
    return bill(together(month_of(mails, RATES_PER_S[mails], table)))


def standing_usd(installation: Installation, mails: int, table: Table) -> float:
    """What stands there."""
    return sum(bill(together(installation.month(mails, table))).values())


def rows(table: Table) -> list[tuple[str, list[float]]]:
    """The table of the bill: a line's name and its USD for each volume."""
    volumes = list(RATES_PER_S)
    used = [use_usd(mails, table) for mails in volumes]
    found = [(str(item), [use[item] for use in used]) for item in used[0]]
    sums = [sum(use.values()) for use in used]
    found.append(("= use", sums))
    for each in INSTALLATIONS:
        standing = [standing_usd(each, mails, table) for mails in volumes]
        found.append((f"standing: {each.name}", standing))
        found.append((f"= {each.name}, a month", [a + b for a, b in zip(sums, standing, strict=True)]))
        found.append(
            (
                "  the same for 1,000 mails",
                [(a + b) / mails * 1000 for a, b, mails in zip(sums, standing, volumes, strict=True)],
            )
        )
    found.append(("the customer today, for 1,000 mails", [CUSTOMER_USD_PER_1000] * len(volumes)))
    return found


def markdown(table: Table) -> str:
    """The bill as a table."""
    head = [f"USD a month, {PRICED_IN}", *(f"{mails:,} mails" for mails in RATES_PER_S)]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * len(RATES_PER_S)}"]
    lines += [f"| {name} | {' | '.join(f'{usd:,.2f}' for usd in values)} |" for name, values in rows(table)]
    return "\n".join(lines)


def figures() -> str:
    """What the bill is made of."""
    known = [f"| {name} | {each.value:g} {each.unit} | {each.source} |" for name, each in FIGURES.items()]
    prices = [
        f"| {item} | {price.usd:g} / {price.per:,} | {price.free:,.0f} | {price.source} |"
        for item, price in PRICES.items()
    ]
    return "\n".join(
        [
            "| figure | value | from |\n|---|---|---|",
            *known,
            f"\n| {PRICED_IN}, us-east-1 | USD | free a month | list |\n|---|---:|---:|---|",
            *prices,
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    parser.add_argument("--figures", action="store_true", help="what the bill is made of")
    asked = parser.parse_args()
    print(figures() if asked.figures else markdown(read_table()))


if __name__ == "__main__":
    main()
