"""A campaign whose replies get lost on the way, before and after SES has taken the mails: is anybody resent wrongly?

Real workers, queues and PostgreSQL; events late, doubled and shuffled, or none at all. The double's acceptance log is
the judge. `python -m tests.crash.lost_replies` and `... --no-events` print the figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.crash.processes import Processes, first_value, run_processes

PATIENCE_S = 900
GROUP = 10
RATE_PER_S = GROUP * 10  # a group is a tenth of a second's rate
BEAT_EVERY_S = 10
SIMULATOR = "@simulator.amazonses.com"
UNCERTAIN_AT_THE_END = """
SELECT (SELECT sum(uncertain_count) FROM campaigns_chunk) FROM campaigns_campaign WHERE status = 'completed'
"""


@dataclass(frozen=True, slots=True)
class Loss:
    """What the campaign has to live through. `dropped`: people, half of them before and half after acceptance."""

    people: int = 5000
    dropped: int = 400
    shuffle_s: int = 30
    workers: int = 3
    has_events: bool = True

    @property
    def window_s(self) -> int:
        """Silence that counts: longer than any event takes here."""
        return max(20, 2 * self.shuffle_s)


@dataclass(frozen=True, slots=True)
class LossReport:
    """What came out."""

    people: int
    lost_before: int
    lost_after: int
    were_uncertain: int
    listed: int  # by name on the page, in the end
    settled_accepted: int
    settled_sent_again: int
    resent_wrongly: int
    missing: int  # neither accepted nor uncertain
    status: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.lost_before} lost before and {self.lost_after} after acceptance of {self.people}: "
            f"{self.were_uncertain} uncertain, then {self.settled_accepted} settled as accepted, "
            f"{self.settled_sent_again} proved not accepted and sent once more, {self.listed} listed by name; "
            f"{self.resent_wrongly} resent wrongly, {self.missing} missing, {self.status}, {self.seconds:.0f} s"
        )


def run_loss(loss: Loss, *, database_url: str = "") -> LossReport:
    """Run one campaign and settle it."""
    settings = {
        "CHUNK_SIZE": "100",
        "CANARY_EVERY_S": str(BEAT_EVERY_S),
        "CANARY_IDLE_EVERY_S": str(BEAT_EVERY_S),
        "SETTLE_FLOOR_S": str(loss.window_s),
        "SETTLE_LAG_FACTOR": "2",
    }
    started_s = time.monotonic()
    helpers = (("-m", "tests.crash.doubt_stage", "tick"), ("-m", "workers.consume"))
    with run_processes(
        workers=loss.workers, rate_per_s=RATE_PER_S, helpers=helpers, settings=settings, database_url=database_url
    ) as processes:
        _prepare(processes, loss)
        processes.ask("-m", "tests.crash.doubt_stage", "make", str(loss.people))
        report = _watch(processes, loss)
        return _judge(processes, loss, report, seconds=time.monotonic() - started_s)


def _prepare(processes: Processes, loss: Loss) -> None:
    calls = loss.dropped // 2 // GROUP
    often = 4 * loss.dropped / loss.people
    for seed, kind in enumerate(("drop_reply", "drop_request")):
        processes.sandbox.add_fault(
            kind=kind, count=calls, probability=min(0.2, often), seed=seed, operations=["SendBulkEmail"]
        )
    if loss.has_events:
        processes.sandbox.set_events(shuffle_s=float(loss.shuffle_s), duplicate_rate=0.05, seed=1)
    else:
        processes.sandbox.set_events(enabled=False)


def _watch(processes: Processes, loss: Loss) -> dict[str, Any]:
    """The last report: when all is settled, or after so long that it would be."""
    give_up_s = time.monotonic() + PATIENCE_S
    ended_s = None
    while (now_s := time.monotonic()) < give_up_s:
        uncertain = first_value(processes.environment["DATABASE_URL"], UNCERTAIN_AT_THE_END)
        if uncertain is not None:
            ended_s = ended_s or now_s
            has_waited = now_s - ended_s > loss.window_s + 3 * BEAT_EVERY_S
            if not uncertain or (has_waited and not loss.has_events):
                break
        time.sleep(0.5)
    report: dict[str, Any] = processes.ask("-m", "tests.crash.doubt_stage", "report")
    return report


def _judge(processes: Processes, loss: Loss, after: dict[str, Any], *, seconds: float) -> LossReport:
    lines = [line for line in processes.sandbox.accepted() if not line["address"].endswith(SIMULATOR)]
    accepted = Counter(line["address"] for line in lines)
    hits = {fault["kind"]: int(fault["hits"]) * GROUP for fault in processes.sandbox.faults()}
    sent_again = {address for address, attempts in after["attempts"].items() if attempts > 1}
    listed = set(after["listed"])
    return LossReport(
        people=loss.people,
        lost_before=hits["drop_request"],
        lost_after=hits["drop_reply"],
        were_uncertain=len(after["lost"]),
        listed=len(listed),
        settled_accepted=len(set(after["lost"]) - listed - sent_again),
        settled_sent_again=len(sent_again),
        resent_wrongly=sum(count > 1 for count in accepted.values()),
        missing=len(set(after["attempts"]) - set(accepted) - listed),
        status=after["status"],
        seconds=seconds,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("people", 5000), ("dropped", 400), ("shuffle-s", 30), ("workers", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--no-events", dest="has_events", action="store_false")
    report = run_loss(Loss(**vars(parser.parse_args())))
    print(report)
    return int(bool(report.resent_wrongly or report.missing))


if __name__ == "__main__":
    sys.exit(main())
