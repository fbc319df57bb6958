"""Contact forms against the server that `make run` starts: `python -m bench.forms`.

First, while a campaign to 100,000 people is being sent, a message a second: from the POST to the moment at which the
double of SES took its mail may pass at most 5 s. Then, the campaign paused, 10,000 requests, 100 at a time: nothing but
202, and 429 where the form's limit was set below their number; every 202 is in the database, once. Mean and p99 stand
beside those of the customer's Lambda.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import forms_rows
from bench.forms_client import Answer, rush, send_one
from bench.goals import at_most
from sandbox.join import FILE, ROOT, join_running_stack
from sandbox.ports import free_port

CUSTOMER_MEAN_MS, CUSTOMER_P99_MS = 287, 412
GOAL_DELAY_S = 5.0
REFUSED = 100  # of the requests, by a limit that is set for them
SETTLES_WITHIN_S = 60.0


@dataclass(slots=True)
class Verdict:
    """What was missed."""

    missed: list[str] = field(default_factory=list)

    def require(self, is_reached: bool, goal: str) -> None:  # reads as a sentence
        print(f"{'reached' if is_reached else 'MISSED'}: {goal}", flush=True)
        if not is_reached:
            self.missed.append(goal)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=60)
    arguments = parser.parse_args()
    verdict = Verdict()
    with running_stack() as port:
        forms_rows.set_up()
        _beside_a_campaign(port, arguments.people, arguments.messages, verdict)
        _rush(port, arguments.requests, arguments.at_once, verdict)
    print("goal reached" if not verdict.missed else f"goal missed: {'; '.join(verdict.missed)}")
    return min(len(verdict.missed), 1)


def _beside_a_campaign(port: int, people: int, messages: int, verdict: Verdict) -> None:
    campaign_id = forms_rows.start_campaign(people)
    form_key = forms_rows.make_form("Beside a campaign", per_hour=1_000_000)
    delays_s: dict[str, float] = {}
    for number in range(messages):
        posted_at_s = time.time()
        answer = asyncio.run(send_one(port, form_key, number))
        delays_s[answer.message_id] = posted_at_s
        time.sleep(max(0.0, posted_at_s + 1 - time.time()))
    taken = _wait_for_mails(delays_s)
    waited = sorted(taken[key] - delays_s[key] for key in taken)
    sent = forms_rows.sent_of_campaign(campaign_id)
    print(
        f"beside a campaign to {people:,} people ({sent:,} sent meanwhile): {len(waited)} of {messages} messages taken"
    )
    if waited:
        print(f"  POST to SES: median {statistics.median(waited):.2f} s, longest {waited[-1]:.2f} s")
    is_in_time = len(waited) == messages and waited[-1] <= at_most(GOAL_DELAY_S)
    verdict.require(is_in_time and sent > 0, f"no message waited longer than {at_most(GOAL_DELAY_S):.0f} s")
    forms_rows.pause(campaign_id)


def _wait_for_mails(posted: dict[str, float]) -> dict[str, float]:
    """{message id: when SES took its mail}, of those it took in time."""
    deadline_s = time.monotonic() + SETTLES_WITHIN_S
    while time.monotonic() < deadline_s:
        taken = forms_rows.taken_at(list(posted), Path(os.environ["DATA_DIR"]) / "sandbox" / "acceptance.jsonl")
        if len(taken) == len(posted):
            break
        time.sleep(0.5)
    return taken


def _rush(port: int, requests: int, at_once: int, verdict: Verdict) -> None:
    form_key = forms_rows.make_form("Rush", per_hour=requests - REFUSED)
    started_s = time.monotonic()
    answers = asyncio.run(rush(port, form_key, requests=requests, at_once=at_once))
    took_s = time.monotonic() - started_s
    _print_times(answers, took_s)
    statuses = Counter(answer.status for answer in answers)
    print(f"  answers: {dict(sorted(statuses.items()))}")
    verdict.require(set(statuses) <= {202, 429}, "no error but deliberate 429s")
    verdict.require(statuses[429] == REFUSED, f"exactly {REFUSED} refused by the limit")
    told = [answer.message_id for answer in answers if answer.status == 202]
    verdict.require(sorted(told) == forms_rows.message_ids(form_key), "every 202 is in the database, once")


def _print_times(answers: list[Answer], took_s: float) -> None:
    times_ms = sorted(answer.took_ms for answer in answers)
    mean, p99 = statistics.fmean(times_ms), times_ms[int(len(times_ms) * 0.99) - 1]
    print(f"{len(answers):,} requests in {took_s:.1f} s, {len(answers) / took_s:.0f} a second")
    print(f"  mean {mean:6.0f} ms  (customer's Lambda: {CUSTOMER_MEAN_MS} ms)")
    print(f"  p99  {p99:6.0f} ms  (customer's Lambda: {CUSTOMER_P99_MS} ms)", flush=True)


@contextmanager
def running_stack() -> Iterator[int]:
    """Postroom as `make run` starts it, on data of its own; gives the port of the web server."""
    with tempfile.TemporaryDirectory(prefix="bench-forms-") as folder:
        port = free_port(18_000 + os.getpid() % 10_000)
        os.environ |= {"DATA_DIR": folder, "SANDBOX": "yes", "SEND_GRACE_S": "0"}
        with (Path(folder) / "stack.log").open("w") as log:
            command = [sys.executable, "manage.py", "run_stack", "--port", str(port)]
            stack = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            try:
                _wait_until_ready(Path(folder), stack, port)
                yield port
            finally:
                stack.terminate()
                stack.wait(timeout=60)


def _wait_until_ready(folder: Path, stack: subprocess.Popen[bytes], port: int) -> None:
    """The stack gives up by itself when its start takes too long for the machine."""
    while stack.poll() is None:
        if (folder / FILE).is_file() and _is_answering(port):
            join_running_stack()
            return
        time.sleep(0.5)
    raise RuntimeError((folder / "stack.log").read_text()[-3000:])


def _is_answering(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
