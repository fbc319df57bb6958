"""What a month's mail asks of AWS: measured durations and counts, and what had to be assumed, each with where it is from.

Nothing here was measured on AWS: runs of functions were timed on two busy cores against stand-ins. What waits for the
rate of SES waits there as well, and waiting is billed.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from bench.costs_prices import Item

FUNCTIONS_FILE = Path(__file__).resolve().parents[1] / "infra" / "functions.json"
MONTH_S = 30.4 * 86_400
GB = 1024**3


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that the bill is made of, and how we know it."""

    value: float
    unit: str
    source: str


BENCH = "measured: bench/README.md"
PROOF = "measured: python -m tests.lambda_workers campaign --kills 0"
CODE = "set: the code"
ASSUMED = "assumed"

FIGURES: dict[str, Figure] = {
    "events_per_mail": Figure(2.05, "events", f"{BENCH}, events (16,400 of 8,000 people)"),
    "event_s": Figure(0.000165, "s an event", f"{BENCH}, events (109 and 56 us of CPU, the slower run)"),
    "event_run_s": Figure(0.1, "s a run of `events` of some hundred", f"{PROOF} (25 runs of 2.5 s)"),
    "mail_s": Figure(0.0038, "s a mail in `sending`, at 1,000/s", f"{PROOF} (18.9 s for 5,000)"),
    "tick_s": Figure(0.4, "s a run of the schedule", f"{PROOF} (23 runs of `maintenance` of 8.9 s)"),
    "chunk_people": Figure(1_000, "people a chunk", f"{CODE}, CHUNK_SIZE"),
    "lanes": Figure(4, "chunks at once", f"{CODE}, SEND_PARALLELISM"),
    "run_most_s": Figure(300, "s, the longest run of a chunk", f"{CODE}, TIME_BUDGET_S"),
    "group_most": Figure(50, "people a call of SES", f"{CODE}, pacing.group_size"),
    "own_metrics": Figure(14, "names of metrics", f"{CODE}, portal.metrics.count and timed"),
    "message_kb": Figure(30, "kB a mail", f"{BENCH}, sending"),
    "values_kb": Figure(1, "kB of values and answer a mail", ASSUMED),
    "idle_polls_per_s": Figure(
        0.25, "requests a queue", f"{ASSUMED}: five pollers, 20 s each; AWS does not promise it"
    ),
    "log_kb_per_run": Figure(1.5, "kB of log a run", ASSUMED),
    "log_kb_per_mail": Figure(0.1, "kB of log a mail", ASSUMED),
    "page_views": Figure(5_000, "requests of people and programs", ASSUMED),
    "views_per_mail": Figure(0.01, "unsubscribe pages and the like", ASSUMED),
    "page_s": Figure(0.1, "s a request to the web function", ASSUMED),
    "rows_kb_per_mail": Figure(2, "kB a mail in the database", ASSUMED),
    "io_per_mail": Figure(4, "I/O requests of Aurora a mail", ASSUMED),
}

# Mails a second that SES lets through: 14 is what accounts commonly begin with; 10 million a month need far more than that.
RATES_PER_S = {1_000: 14.0, 100_000: 14.0, 10_000_000: 500.0}


class Mapping(TypedDict):
    """A queue of a function."""

    batch_size: int
    window_s: int


class Schedule(TypedDict):
    """A task of a function's part of the schedule."""

    every_s: int


class Function(TypedDict):
    """A row of the table of functions."""

    memory_mb: int
    mappings: dict[str, Mapping]
    schedules: dict[str, Schedule]


class Table(TypedDict):
    """Of infra/functions.json, what is read here."""

    queues: dict[str, object]
    functions: dict[str, Function]


Amounts = dict[Item, float]


def read_table() -> Table:
    """The functions as they are deployed."""
    table: Table = json.loads(FUNCTIONS_FILE.read_text())
    return table


def month_of(mails: int, rate_per_s: float, table: Table) -> dict[str, Amounts]:
    """What so many mails use, by the part that uses it; a month without mails has its schedule and its waiting queues."""
    return {
        "mails": {Item.MAIL_OUT: mails},
        "sending": sending(mails, rate_per_s, table),
        "events": events(mails, rate_per_s, table),
        "schedule": schedule(table),
        "queues that wait": {Item.QUEUE_CALL: _value("idle_polls_per_s") * MONTH_S * len(_mappings(table))},
        "pages": pages(mails),
        "metrics": {Item.OWN_METRIC: _value("own_metrics")},
    }


def sending(mails: int, rate_per_s: float, table: Table) -> Amounts:
    """All lanes of a campaign are billed while they wait for their turn of the rate."""
    chunks = math.ceil(mails / _value("chunk_people"))
    lanes = min(_value("lanes"), chunks)
    busy_s = max(lanes * mails / rate_per_s, mails * _value("mail_s"))
    runs = max(chunks, math.ceil(busy_s / _value("run_most_s")))
    group = max(1.0, min(_value("group_most"), rate_per_s // 10))
    through_nat_kb = mails * (_value("message_kb") / group + _value("values_kb"))
    return {
        Item.FUNCTION_RUN: runs,
        Item.FUNCTION_GB_S: busy_s * _gb(table, "sending"),
        Item.QUEUE_CALL: 3 * runs,  # sent, received, deleted
        Item.NAT_GB: through_nat_kb * 1024 / GB,
        Item.LOG_GB: _logs(runs, mails),
    }


def events(mails: int, rate_per_s: float, table: Table) -> Amounts:
    """Each event is published, queued, received and deleted; the last two by tens, and taken in by the batch."""
    mapping = table["functions"]["events"]["mappings"]["ses-events"]
    count = mails * _value("events_per_mail")
    batch = min(mapping["batch_size"], max(1.0, mapping["window_s"] * rate_per_s * _value("events_per_mail")))
    runs = count / batch
    busy_s = runs * _value("event_run_s") + count * _value("event_s")
    return {
        Item.TOPIC_CALL: count,
        Item.QUEUE_CALL: count * 1.2,
        Item.FUNCTION_RUN: runs,
        Item.FUNCTION_GB_S: busy_s * _gb(table, "events"),
        Item.LOG_GB: _logs(runs, 0),
    }


def schedule(table: Table) -> Amounts:
    """The ticks, with or without mail."""
    runs, gb_s = 0.0, 0.0
    for name, function in table["functions"].items():
        own = sum(MONTH_S / tick["every_s"] for tick in function["schedules"].values())
        runs += own
        gb_s += own * _value("tick_s") * _gb(table, name)
    return {Item.FUNCTION_RUN: runs, Item.FUNCTION_GB_S: gb_s, Item.LOG_GB: _logs(runs, 0)}


def pages(mails: int) -> Amounts:
    """The web function behind API Gateway, 512 MB."""
    asked = _value("page_views") + mails * _value("views_per_mail")
    return {
        Item.API_CALL: asked,
        Item.FUNCTION_RUN: asked,
        Item.FUNCTION_GB_S: asked * _value("page_s") * 0.5,
        Item.LOG_GB: _logs(asked, 0),
    }


def stored_gb(mails: int) -> float:
    """What a month's mails add to the database."""
    return mails * _value("rows_kb_per_mail") * 1024 / GB


def aurora_requests(mails: int) -> float:
    """I/O requests of Aurora for so many mails."""
    return mails * _value("io_per_mail")


def _value(name: str) -> float:
    return FIGURES[name].value


def _gb(table: Table, function: str) -> float:
    return table["functions"][function]["memory_mb"] / 1024


def _mappings(table: Table) -> list[str]:
    return [queue for function in table["functions"].values() for queue in function["mappings"]]


def _logs(runs: float, mails: float) -> float:
    return (runs * _value("log_kb_per_run") + mails * _value("log_kb_per_mail")) * 1024 / GB
