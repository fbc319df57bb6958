"""One campaign on servers of its own, for proofs that do something to it while it runs, and the auditor's verdict.

The double's acceptance log is the judge: what it took must be what the ledger says, person by person.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import psycopg

from portal.queues import QUEUES, QueueName, full_name
from sandbox.processes import ROOT
from tests.crash.processes import WORKER, Processes, run_processes
from tests.crash.shared import made_once
from tests.postgres import Server, make_cluster, temporary_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

STAGE = ("-m", "tests.crash.scene_stage")
PATIENCE_S = 600
TEMPLATE = "postgres"  # the server's own database; nobody is connected to it once it is migrated
SIMULATOR = "@simulator.amazonses.com"
# A machine that stops at once loses nothing that was committed; power cuts are not played here.
DURABLE = {"fsync": "off", "full_page_writes": "off"}
SETTINGS = {
    "CANARY_EVERY_S": "5",
    "CANARY_IDLE_EVERY_S": "5",
    "CHUNK_SIZE": "100",
    "SEND_LEASE_S": "8",
    "SETTLE_FLOOR_S": "20",
    "SETTLE_LAG_FACTOR": "2",
}
GOING = "FROM campaigns_campaign WHERE status IN ('scheduled', 'pending', 'in_progress', 'paused')"
EVENTS_HIDDEN_S = 8  # events of a consumer that dies come again after so long: as here, less than half of the floor
NOT_SENT = {"QUEUED", "SENDING", "DEFERRED", "SKIPPED", "CANCELLED", "REFUSED"}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a proof is."""

    people: int
    workers: int
    rate_per_s: int
    blows: int = 0  # how often that which is proved harmless happens
    seed: int = 1

    @property
    def group(self) -> int:
        """The most people of one call: a tenth of a second's rate."""
        return max(1, min(50, self.rate_per_s // 10))


@dataclass(slots=True)
class Verdict:
    """What came out. `figures` are the proof's own, in words; `broken`: the promises that were not kept."""

    people: int
    accepted: int
    missing: int  # people whom the provider did not take and the ledger does not name
    twice: int
    untrue: int  # people of whom the ledger says something else than the acceptance log
    uncertain_calls: int  # whose outcome was unknown when the worker lost them
    uncertain_most: int  # people in the largest of these calls
    unsettled: int  # people still uncertain in the end
    status: str
    seconds: float
    activities: dict[str, int]
    figures: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def demand(self, promise: str, *, kept: bool) -> None:
        """Note a promise that was not kept."""
        if not kept:
            self.broken.append(promise)

    def __str__(self) -> str:
        words = (
            f"{self.accepted} accepted of {self.people}, {self.missing} missing, {self.twice} twice, "
            f"{self.untrue} untrue in the ledger, {self.uncertain_calls} calls uncertain (at most {self.uncertain_most} "
            f"people each), {self.unsettled} unsettled, {self.status}, {self.seconds:.0f} s"
        )
        own = "".join(f"; {name} {value}" for name, value in self.figures.items())
        return words + own + (f"  BROKEN: {', '.join(self.broken)}" if self.broken else "")


@dataclass(slots=True)
class Scene:
    """What a proof's blows may do."""

    processes: Processes
    server: Server
    database: psycopg.Connection[Any]
    size: Size
    chance: random.Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ticks: list[subprocess.Popen[bytes]] = field(default_factory=list)
    started_s: float = field(default_factory=time.monotonic)

    def start_workers(self, count: int, *, before: tuple[str, ...] = ()) -> None:
        """`before` are arguments that come before the worker's own."""
        self.workers += [self.processes.start(*before, *WORKER) for _worker in range(count)]

    def start_tick(self, every_s: float = 0.5, *, quota_every_s: float = 5.0, before: tuple[str, ...] = ()) -> None:
        """The schedule at high speed."""
        self.ticks.append(self.processes.start(*before, *STAGE, "tick", str(every_s), str(quota_every_s)))

    def kill_workers(self, count: int) -> None:
        """SIGKILL `count` of them at once, and start as many."""
        self.chance.shuffle(self.workers)
        victims, self.workers = self.workers[:count], self.workers[count:]
        self.processes.kill(*victims)
        self.start_workers(count)

    def purge_queues(self) -> None:
        """Lose every message of every queue."""
        sqs = boto3.client("sqs")
        prefix = self.processes.environment.get("QUEUE_PREFIX", "postroom")
        for queue in QUEUES.values():
            sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=full_name(prefix, queue.name))["QueueUrl"])

    def marks(self, count: int) -> list[float]:
        """Random moments of the campaign, as numbers of people accepted."""
        return sorted(self.chance.uniform(0.02, 0.9) * self.size.people for _blow in range(count))

    def wait_for_accepted(self, count: float) -> None:
        """Raises TimeoutError."""
        self.wait(lambda: self.accepted_count() >= count, f"{count:.0f} accepted")

    def accepted_count(self) -> int:
        """People, as the provider counts."""
        return (self.processes.sandbox.data_dir / "acceptance.jsonl").read_bytes().count(b"\n")

    def wait(self, is_so: Callable[[], bool], what: str, *, patience_s: float = PATIENCE_S) -> None:
        """Raises TimeoutError."""
        give_up_s = time.monotonic() + patience_s
        while not is_so():
            if time.monotonic() > give_up_s:
                raise TimeoutError(f"{what}: not within {patience_s:.0f} s, {self.accepted_count()} accepted")
            time.sleep(0.1)

    def ask_database(self, query: str) -> Any:
        """The first column of the first row; None while the database is away."""
        try:
            if self.database.closed:
                self.database = _connected(self.processes.environment["DATABASE_URL"])
            row = self.database.execute(query).fetchone()
        except psycopg.OperationalError:
            self.database.close()
            return None
        return row[0] if row else None

    def has_ended(self) -> bool:
        """Whether every campaign has."""
        return self.ask_database(f"SELECT count(*) {GOING}") == 0

    def is_settled(self) -> bool:
        """Whether every campaign has ended and nobody is uncertain; at one moment, as settling may open one again."""
        unsure = "SELECT sum(uncertain_count) FROM campaigns_chunk"
        return self.ask_database(f"SELECT (SELECT count(*) {GOING}) + ({unsure})") == 0

    def running_throughout(self) -> bool:
        """Whether no process has ended by itself."""
        return all(process.poll() is None for process in self.processes.running)


@contextmanager
def migrated_server(settings: Mapping[str, str] = DURABLE) -> Iterator[Server]:
    """A server with a migrated database to copy, for any number of scenes."""
    with temporary_server(settings) as server:
        _migrate(server.url)
        yield server


@contextmanager
def shared_server(settings: Mapping[str, str] = DURABLE) -> Iterator[Server]:
    """As migrated_server; the processes of one test run migrate once."""
    with (
        made_once("cluster", lambda home: make_cluster(home, _migrate)) as home,
        temporary_server(settings, copied_from=home) as server,
    ):
        yield server


def _migrate(database_url: str) -> None:
    environment = {**os.environ, "SANDBOX": "yes", "DATABASE_URL": database_url}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)


@contextmanager
def run_scene(server: Server, size: Size, *, settings: Mapping[str, str] | None = None) -> Iterator[Scene]:
    """A database of its own, moto, the double and a consumer of events; workers and ticks are the proof's."""
    chance = random.Random(size.seed)
    url = server.copy_of(TEMPLATE, f"scene_{time.monotonic_ns()}")
    own = {**SETTINGS, "SEND_PARALLELISM": str(size.workers), **(settings or {})}
    with ExitStack() as stack:
        processes = stack.enter_context(
            run_processes(
                workers=0,
                rate_per_s=size.rate_per_s,
                helpers=(("-m", "workers.consume"),),
                settings=own,
                database_url=url,
            )
        )
        _hide_events_shortly(processes)
        scene = Scene(processes, server, _connected(url), size, chance)
        try:
            yield scene
        finally:
            scene.database.close()


def _hide_events_shortly(processes: Processes) -> None:
    sqs = boto3.client("sqs")
    prefix = processes.environment.get("QUEUE_PREFIX", "postroom")
    url = sqs.get_queue_url(QueueName=full_name(prefix, QueueName.SES_EVENTS))["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(EVENTS_HIDDEN_S)})


def _connected(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True)


def _wait_for_end(scene: Scene, settles_in_s: float) -> str:
    """What did not come in time; "" when all is well."""
    try:
        scene.wait(scene.has_ended, "the end")
    except TimeoutError as error:
        return str(error)
    with suppress(TimeoutError):  # the ledger shows who is left
        scene.wait(scene.is_settled, "the settling", patience_s=settles_in_s)
    return ""


def audit(scene: Scene, *, settles_in_s: float = PATIENCE_S, leaves_named: bool = False) -> Verdict:
    """Wait for the end and compare ledger and log; `leaves_named`: who cannot be settled may stay uncertain."""
    late = _wait_for_end(scene, settles_in_s)
    found = scene.processes.ask(*STAGE, "report")
    lines = [line for line in scene.processes.sandbox.accepted() if not line["address"].endswith(SIMULATOR)]
    accepted = Counter(line["delivery"] for line in lines)
    states: dict[str, str] = found["states"]
    verdict = Verdict(
        people=len(states),
        accepted=len(lines),
        missing=sum(not accepted[pk] and state in {"QUEUED", "SENDING", "DEFERRED"} for pk, state in states.items()),
        twice=sum(count > 1 for count in Counter(line["address"] for line in lines).values()),
        untrue=sum(bool(accepted[pk]) == (state in NOT_SENT) for pk, state in states.items() if state != "UNCERTAIN"),
        uncertain_calls=len(found["uncertain_calls"]),
        uncertain_most=max(found["uncertain_calls"], default=0),
        unsettled=sum(state == "UNCERTAIN" for state in states.values()),
        status=", ".join(f"{count} {status}" for status, count in sorted(found["statuses"].items())),
        seconds=time.monotonic() - scene.started_s,
        activities=found["activities"],
    )
    verdict.demand(late or "the end", kept=not late)
    verdict.demand("0 missing", kept=verdict.missing == 0 and verdict.accepted + verdict.unsettled >= scene.size.people)
    verdict.demand("0 twice", kept=verdict.twice == 0)
    verdict.demand("the ledger says what the log says", kept=verdict.untrue == 0)
    verdict.demand("all are settled", kept=verdict.unsettled == 0 or leaves_named)
    verdict.demand("completed", kept=set(found["statuses"]) == {"completed"})
    verdict.demand("a group at most in each uncertain call", kept=verdict.uncertain_most <= scene.size.group)
    return verdict
