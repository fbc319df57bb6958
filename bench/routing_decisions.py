"""Inside bench.routing: fills both databases, decides in turn, prints median milliseconds as JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time

import django

django.setup()

from django.db import connections

from bench.two_sizes import at_size, both_sizes
from routing.recipients import read_recipient
from routing.rules.decide import Facts, decide
from routing.rules.load import load_rules
from routing.rules.models import DefaultRoute, RoutingRule
from routing.rules.patterns import read_pattern

SMALL = 100
CHOICES = [
    {
        "conditions": [{"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}],
        "actions": [{"kind": "drop"}],
    },
    {"conditions": [], "actions": [{"kind": "gmail", "account_id": 1, "labels": ["Work"], "never_spam": False}]},
]


def main() -> None:
    large_url, count, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sizes = both_sizes(large_url)
    for name, rules in (("small", SMALL), ("large", count)):
        with at_size(sizes[name]):
            fill(rules)
    recipients = {
        "tagged": "user7+tag@d1.example",
        "tag without a rule": "user13+other@d1.example",
        "whole domain": "nobody@d2.example",
        "no rule": "nobody+x@elsewhere.example",
    }
    print(json.dumps({what: measured(text, sizes, rounds) for what, text in recipients.items()}))


def fill(count: int) -> None:
    """Rules of every kind over a growing number of domains."""
    patterns = [f"*@d{number}.example" for number in range(1, count // 50 + 3)]
    patterns += [f"user{number}@d1.example" for number in range(20)] + ["user7+tag@d1.example"]
    number = 0
    while len(patterns) < count:
        patterns.append(f"user{number}@d{number % 977 + 3}.example")
        number += 1
    rules = []
    for pattern in dict.fromkeys(patterns):
        read = read_pattern(pattern)
        rules.append(
            RoutingRule(
                kind=read.kind.value,
                pattern=pattern,
                key=read.key,
                domain=read_recipient(read.key).domain,
                choices=CHOICES,
            )
        )
    DefaultRoute.objects.get_or_create(pk=1)
    RoutingRule.objects.bulk_create(rules, batch_size=2_000)
    if connections["default"].vendor == "postgresql":
        connections["default"].cursor().execute("ANALYZE")


def measured(recipient: str, sizes: dict[str, object], rounds: int) -> tuple[float, float]:
    """Median ms at both sizes."""
    took: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(rounds):
        for name, database in sizes.items():
            with at_size(database):
                began = time.perf_counter()
                rules = load_rules([recipient])
                decide(rules.rules, recipient, Facts(), default=rules.default)
                took[name].append((time.perf_counter() - began) * 1000)
    return statistics.median(took["small"]), statistics.median(took["large"])


if __name__ == "__main__":
    main()
