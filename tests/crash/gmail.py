"""Inbound mail to Gmail under fire: workers killed, Google failing in every way, the permission lost half-way.

The double's log of imports is the judge: each message once in each mailbox it belongs to, byte for byte.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import psycopg

from portal.queues import QueueName, full_name
from sandbox.gmail_testing import GmailControl, run_gmail_double
from tests.crash.processes import Processes, run_processes
from tests.crash.scene import TEMPLATE, Size, Verdict

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from tests.postgres import Server

STAGE = ("-m", "tests.crash.gmail_stage")
WORKER = ("-m", "tests.crash.gmail_worker")
SETTINGS = {"GOOGLE_ANSWER_S": "2", "SQS_WAIT_S": "1", "INBOUND_RAW_DAYS": "0"}
PATIENCE_S = 900.0
MAILBOXES = 3
OPEN = "SELECT count(*) FROM routing_inbounddelivery WHERE state IN ('pending', 'leased')"
PARKED = "SELECT count(*) FROM routing_inbounddelivery WHERE state = 'parked'"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "answer", "error": "tooManyRequests", "retry_after_s": 1, "probability": 0.01},
    {"kind": "answer", "error": "userRateLimitExceeded", "probability": 0.003},
    {"kind": "answer", "error": "internalError", "probability": 0.03},
    {"kind": "answer", "error": "authError", "probability": 0.01},
    {"kind": "drop_reply", "probability": 0.04},
    {"kind": "drop_request", "probability": 0.02},
    {"kind": "stall", "stall_s": 4, "probability": 0.006},
    {"kind": "cut", "operations": ["import_put"], "after_bytes": 300_000, "probability": 0.02},
    {"kind": "answer", "error": "temporarily_unavailable", "operations": ["token"], "count": 1, "skip": 3},
)


@dataclass(slots=True)
class GmailScene:
    """What a proof's blows may do."""

    processes: Processes
    google: GmailControl
    database: psycopg.Connection[Any]
    size: Size
    chance: random.Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    started_s: float = field(default_factory=time.monotonic)

    def start_workers(self, count: int) -> None:
        self.workers += [self.processes.start(*WORKER) for _worker in range(count)]

    def kill_worker(self) -> None:
        """SIGKILL one at random, and start another."""
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        self.processes.kill(victim)
        self.start_workers(1)

    def imports(self) -> int:
        return len(self.google.imports())

    def count(self, query: str) -> int:
        row = self.database.execute(query).fetchone()
        return int(row[0]) if row else 0

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        """Raises TimeoutError."""
        give_up_s = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > give_up_s:
                raise TimeoutError(f"{what}: not within {PATIENCE_S:.0f} s, {self.imports()} imported")
            time.sleep(0.2)


@contextmanager
def run_gmail_scene(server: Server, size: Size) -> Iterator[GmailScene]:
    """A database of its own, moto, the double of Google, a tick; workers are the proof's."""
    url = server.copy_of(TEMPLATE, f"gmail_{time.monotonic_ns()}")
    with run_gmail_double() as google:
        own = {**SETTINGS, **google.settings()}
        with (
            run_processes(workers=0, rate_per_s=100, helpers=(), settings=own, database_url=url) as processes,
            psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as database,
        ):
            scene = GmailScene(processes, google, database, size, random.Random(size.seed))
            google.ask("POST", "merging", {"merges_same_message_id": False})
            processes.ask(*STAGE, "make", str(size.people), str(MAILBOXES))
            processes.start(*WORKER, "tick")
            scene.start_workers(size.workers)
            yield scene


def prove_gmail(server: Server, size: Size) -> Verdict:
    """Workers killed at random while Google answers 429, 500, late, or not at all."""
    with run_gmail_scene(server, size) as scene:
        for number, fault in enumerate(FAULTS):
            scene.google.add_fault(**{"seed": size.seed * 100 + number, **fault})
        marks = sorted(scene.chance.uniform(0.02, 1.1) * size.people for _blow in range(size.blows))
        for mark in marks:
            scene.wait(lambda mark=mark: scene.imports() >= mark, f"{mark:.0f} imported")  # type: ignore[misc]
            scene.kill_worker()
        scene.wait(lambda: scene.count(OPEN) == 0, "the end")
        verdict = _audit(scene)
        verdict.figures["killed"] = f"{size.blows} workers"
        verdict.figures["struck"] = (
            f"{sum(fault['hits'] for fault in scene.google.ask('GET', 'faults')['faults'])} faults"
        )
    return verdict


def prove_revoked(server: Server, size: Size) -> Verdict:
    """The permissions are taken away half-way; a simulated day later they are given again."""
    with run_gmail_scene(server, size) as scene:
        scene.wait(lambda: scene.imports() >= size.people // 2, "half of it")
        for email in {line["email"] for line in scene.google.imports()}:
            scene.google.revoke(email)
        scene.wait(lambda: scene.count(OPEN) == 0, "all parked")
        before, calls = scene.imports(), len(scene.google.calls("token"))
        looks = scene.processes.ask(*STAGE, "day")["looks"]
        calls = len(scene.google.calls("token")) - calls
        moved = scene.imports() - before
        scene.processes.ask(*STAGE, "reconnect")
        scene.wait(lambda: scene.count(OPEN) + scene.count(PARKED) == 0, "the rest")
        verdict = _audit(scene)
        verdict.figures["revoked at"] = f"{before} imports; {calls} token calls by {MAILBOXES} accounts in a day"
        verdict.demand("at most one token call a minute", kept=looks > 0 and calls <= MAILBOXES * 24 * 60)
        verdict.demand("nothing moves while revoked", kept=moved == 0)
        verdict.demand("the rest in order of arrival", kept=_is_in_order(scene, after=before))
    return verdict


def _is_in_order(scene: GmailScene, *, after: int) -> bool:
    by_mailbox: dict[str, list[int]] = {}
    for line in scene.google.imports()[after:]:
        number = int(line["rfc822_message_id"].removeprefix("<crash-").partition("@")[0])
        by_mailbox.setdefault(line["email"], []).append(number)
    return all(numbers == sorted(numbers) for numbers in by_mailbox.values())


def _audit(scene: GmailScene) -> Verdict:
    found = scene.processes.ask(*STAGE, "report")
    expected = {(email, mail): digest for email, mails in found["expected"].items() for mail, digest in mails.items()}
    lines = scene.google.imports()
    times = Counter((line["email"], line["rfc822_message_id"]) for line in lines)
    verdict = Verdict(
        people=found["pairs"],
        accepted=len(lines),
        missing=found["pairs"] - len(times),
        twice=sum(count > 1 for count in times.values()),
        untrue=sum(expected.get((line["email"], line["rfc822_message_id"])) != line["sha256"] for line in lines),
        uncertain_calls=0,
        uncertain_most=0,
        unsettled=found["states"].get("uncertain", 0),
        status=", ".join(f"{count} {state}" for state, count in sorted(found["states"].items())),
        seconds=time.monotonic() - scene.started_s,
        activities={},
    )
    verdict.demand("each message in each mailbox", kept=verdict.missing == 0)
    verdict.demand("each once", kept=verdict.twice == 0)
    verdict.demand("byte for byte", kept=verdict.untrue == 0)
    verdict.demand("all delivered", kept=set(found["states"]) == {"delivered"})
    verdict.demand("an id at Gmail for each", kept=found["gmail_ids"] == found["pairs"])
    verdict.demand("nothing in the dead-letter queue", kept=_dead_letters() == 0)
    return verdict


def _dead_letters() -> int:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=full_name(os.environ.get("QUEUE_PREFIX", "postroom"), QueueName.GMAIL) + "-dlq")[
        "QueueUrl"
    ]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
    return sum(int(count) for count in told.values())
