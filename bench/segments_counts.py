"""Counts each segment at both sizes in turn; run by bench.segments, answers in JSON."""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import django

django.setup()

from django.db import connection

from bench.lists_rows import MadeRows, fill
from bench.segments import SIZES_APART
from bench.two_sizes import at_size, both_sizes
from campaigns.segments.counting import answered_within, count_all
from campaigns.segments.definition import Condition, Group
from campaigns.segments.operators import Kind, Op

LONGEST_S = 120.0
_OPENS = """INSERT INTO campaigns_deliveryevent (delivery_id, event_key, event_type, sub_type, diagnostic, happened_at, received_at, machine_sign)
            SELECT id, 'open-' || id, 'open', '', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, ''
              FROM campaigns_delivery WHERE id % 7 = 0"""


def questions(made: MadeRows) -> dict[str, Group]:
    """What marketers ask, from one field to a nested question about what people did."""
    in_graz = Condition("attr:city", Kind.TEXT, Op.IS, ("Graz",))
    letter, choir, members = str(made.campaign_id), str(made.tag_id), str(made.list_id)
    opened = Condition("campaign", Kind.CAMPAIGN, Op.OPENED, (), days=30)
    return {
        "lives in Graz": Group("all", (in_graz,)),
        "more than 30 seats, joined since 2024": Group(
            "all",
            (
                Condition("attr:seats", Kind.NUMBER, Op.GREATER, ("30",)),
                Condition("attr:joined_on", Kind.DATE, Op.AFTER, date="2023-12-31"),
            ),
        ),
        "tagged, but not on the list": Group(
            "all",
            (Condition("tag", Kind.TAG, Op.ANY_OF, (choir,)), Condition("list", Kind.LIST, Op.NONE_OF, (members,))),
        ),
        "got the letter, may get mail": Group(
            "all", (Condition("campaign", Kind.CAMPAIGN, Op.DELIVERED, (letter,)), Condition("mail", Kind.MAIL, Op.YES))
        ),
        "Graz or tagged; opened; not bounced": Group(
            "all",
            (
                Group("any", (in_graz, Condition("tag", Kind.TAG, Op.ANY_OF, (choir,)))),
                opened,
                Group("none", (Condition("campaign", Kind.CAMPAIGN, Op.BOUNCED),)),
            ),
        ),
    }


def main() -> None:
    databases = both_sizes(sys.argv[1])
    rows = {"small": int(sys.argv[2]) // SIZES_APART, "large": int(sys.argv[2])}
    made: dict[str, MadeRows] = {}
    for size, database in databases.items():
        with at_size(database):
            made[size] = _prepare(rows[size])
    found: dict[str, tuple[float, float]] = {}
    for name in questions(made["small"]):
        times: dict[str, list[float]] = {"small": [], "large": []}
        for number in range(int(sys.argv[3]) + 1):
            for size, database in databases.items():
                with at_size(database):
                    taken_ms = _count(questions(made[size])[name])
                if number:
                    times[size].append(taken_ms)
        found[name] = (median(times["small"]), median(times["large"]))
    print(json.dumps(found))


def _prepare(rows: int) -> MadeRows:
    made = fill(rows)
    with connection.cursor() as cursor:
        cursor.execute(_OPENS)
        cursor.execute("VACUUM ANALYZE")
    return made


def _count(group: Group) -> float:
    started = time.perf_counter()
    with answered_within(LONGEST_S):
        count = count_all(group)
    taken_ms = 1000 * (time.perf_counter() - started)
    assert count, group
    return taken_ms


if __name__ == "__main__":
    main()
