"""From SES's notification to the mailbox at the double of Google: `python -m bench.gmail`.

Everything is real but Google and AWS: SNS and SQS of moto, PostgreSQL, the consumer, two workers for Gmail. First mail comes at a
steady pace (how long does one take), then all at once (how many a second). All of it shares the machine's cores, moto,
the double and PostgreSQL included.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from bench.goals import at_most
from bench.migrated import migrated_postgres
from sandbox.gmail_testing import run_gmail_double
from sandbox.receiving import InboundNames, Incoming, receive_mail
from tests.crash.processes import run_processes

if TYPE_CHECKING:
    from sandbox.gmail_testing import GmailControl

WORKER = ("-m", "celery", "-A", "workers.app", "worker", "-P", "solo", "-l", "error", "-Q", "postroom-gmail")
MOST_P50_S = 2.0
PATIENCE_S = 300
BODY = b"A line of seventy characters, as mail that people write to each other has.\r\n" * 130


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=300, help="of each of the two parts")
    parser.add_argument("--per-s", type=float, default=4.0, help="the steady pace")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with run_gmail_double() as google, migrated_postgres() as database_url:
        settings = {**google.settings(), "SQS_WAIT_S": "1"}
        helpers = (("-m", "workers.consume"),)
        with run_processes(
            workers=asked.workers,
            rate_per_s=100,
            helpers=helpers,
            settings=settings,
            worker=WORKER,
            database_url=database_url,
        ) as processes:
            processes.run("-m", "bench.gmail_stage")
            _pour(google, 5, name="warm", pause_s=0.5)
            took_s = sorted(_pour(google, asked.mails, name="steady", pause_s=1 / asked.per_s))
            started_s = time.monotonic()
            _pour(google, asked.mails, name="burst", pause_s=0)
            per_s = asked.mails / (time.monotonic() - started_s)
    p50_s, p99_s = statistics.median(took_s), took_s[int(len(took_s) * 0.99) - 1]
    print(
        f"notification to mailbox at {asked.per_s:g} a second: p50 {p50_s:.2f} s, p99 {p99_s:.2f} s, most {took_s[-1]:.2f} s"
    )
    print(f"all at once: {per_s:.1f} a second, receiving included")
    is_reached = p50_s <= at_most(MOST_P50_S)
    print("goal reached" if is_reached else f"goal missed: half of the mails within {MOST_P50_S:g} s")
    return 0 if is_reached else 1


def _pour(google: GmailControl, count: int, *, name: str, pause_s: float) -> list[float]:
    """Receive `count` mails and wait for all; how long each took, in seconds."""
    names = InboundNames.from_environment()
    begun_s: dict[str, float] = {}
    start_s = time.time()
    for number in range(count):
        time.sleep(max(0.0, start_s + number * pause_s - time.time()))
        message_id = f"<{name}-{number}@example.org>"
        raw = f"Message-ID: {message_id}\r\nFrom: a@example.org\r\nSubject: {name} {number}\r\n\r\n".encode() + BODY
        begun_s[message_id] = time.time()
        receive_mail(Incoming(raw, "a@example.org", ["office@postroom.example"]), names)
    return _times(google, begun_s)


def _times(google: GmailControl, begun_s: dict[str, float]) -> list[float]:
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        done = {line["rfc822_message_id"]: datetime.fromisoformat(line["at"]).timestamp() for line in google.imports()}
        if begun_s.keys() <= done.keys():
            return [done[message_id] - at_s for message_id, at_s in begun_s.items()]
        time.sleep(0.1)
    raise TimeoutError(f"{len(begun_s.keys() - done.keys())} mails did not arrive")


if __name__ == "__main__":
    sys.exit(main())
