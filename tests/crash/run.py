"""A campaign under fire: real workers over real queues against the SES double, killed and purged at random.

The double's acceptance log is the judge. `python -m tests.crash.run --people 5000 --kills 10` prints the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3

from portal.queues import QUEUES, full_name
from sandbox.processes import ROOT
from sandbox.testing import Sandbox, run_sandbox
from tests.postgres import temporary_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 300
LEASE_S = 3


@dataclass(frozen=True, slots=True)
class Fire:
    """What the campaign has to live through."""

    people: int = 5000
    workers: int = 4
    kills: int = 10
    purges: int = 2
    rate_per_s: int = 250
    seed: int = 1


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What came out. `missing` are people without a mail whom the ledger does not name uncertain."""

    accepted: int
    missing: list[str]
    twice: list[str]
    uncertain: list[str]
    status: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.accepted} accepted, {len(self.missing)} missing, {len(self.twice)} twice, "
            f"{len(self.uncertain)} uncertain and named, {self.status} after {self.seconds:.0f} s"
        )


@dataclass(slots=True)
class _Stage:
    """The processes of one run."""

    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start_worker(self) -> None:
        self.workers.append(self.start("-m", "celery", "-A", "workers.app", "worker", "-P", "solo", "-l", "error"))

    def kill_a_worker(self, chance: random.Random) -> None:
        victim = self.workers.pop(chance.randrange(len(self.workers)))
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        self.start_worker()

    def run(self, *arguments: str) -> str:
        """Run to the end and return what was printed. Raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout


def run_crash(fire: Fire) -> CrashReport:
    """Run one campaign under `fire` on a PostgreSQL, moto and SES double of its own."""
    with ExitStack() as stack:
        database_url = stack.enter_context(temporary_postgres())
        sandbox = stack.enter_context(run_sandbox("--max-send-rate", str(fire.rate_per_s)))
        stage = stack.enter_context(_stage(sandbox, database_url))
        started_s = time.monotonic()
        stage.run("-m", "tests.crash.stage", "make", str(fire.people))
        for _worker in range(fire.workers):
            stage.start_worker()
        _burn(stage, sandbox, fire)
        report = _wait_until_done(stage)
        return _judge(report, sandbox, seconds=time.monotonic() - started_s)


@contextmanager
def _stage(sandbox: Sandbox, database_url: str) -> Iterator[_Stage]:
    stage = _Stage(
        {
            **os.environ,
            **sandbox.environment,
            "SANDBOX": "yes",
            "DATABASE_URL": database_url,
            "GENERATION_MARK": "queue",
            "SEND_LEASE_S": str(LEASE_S),
            "SEND_GRACE_S": "0",
            "CHUNK_SIZE": "100",
            "LOG_LEVEL": "ERROR",
            "SQS_WAIT_S": "1",
        }
    )
    stage.environment.pop("DJANGO_SETTINGS_MODULE", None)
    stage.run("manage.py", "migrate", "-v0")
    helpers = [stage.start("-m", "tests.crash.stage", "tick"), stage.start("-m", "workers.consume")]
    try:
        yield stage
    finally:
        for process in (*stage.workers, *helpers):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _burn(stage: _Stage, sandbox: Sandbox, fire: Fire) -> None:
    """Kill and purge, spread at random over the time that the campaign needs."""
    chance = random.Random(fire.seed)
    deeds = ["kill"] * fire.kills + ["purge"] * fire.purges
    chance.shuffle(deeds)
    marks = sorted(chance.uniform(0.02, 0.9) * fire.people for _deed in deeds)
    for deed, mark in zip(deeds, marks, strict=True):
        _wait_for_accepted(sandbox, mark)
        if deed == "kill":
            stage.kill_a_worker(chance)
        else:
            _purge_queues(stage)


def _wait_for_accepted(sandbox: Sandbox, mark: float) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while len(sandbox.accepted()) < mark:
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"only {len(sandbox.accepted())} of {mark:.0f} were accepted in {PATIENCE_S} s")
        time.sleep(0.1)


def _purge_queues(stage: _Stage) -> None:
    sqs = boto3.client("sqs")
    prefix = stage.environment.get("QUEUE_PREFIX", "postroom")
    for queue in QUEUES.values():
        sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=full_name(prefix, queue.name))["QueueUrl"])


def _wait_until_done(stage: _Stage) -> dict[str, object]:
    give_up_s = time.monotonic() + PATIENCE_S
    while True:
        report: dict[str, object] = json.loads(stage.run("-m", "tests.crash.stage", "report"))
        if report["status"] == "completed" or time.monotonic() > give_up_s:
            return report
        time.sleep(1)


def _judge(report: dict[str, object], sandbox: Sandbox, *, seconds: float) -> CrashReport:
    accepted = Counter(line["address"] for line in sandbox.accepted())
    states = report["states"]
    assert isinstance(states, dict)
    uncertain = sorted(address for address, state in states.items() if state == "UNCERTAIN")
    return CrashReport(
        accepted=sum(accepted.values()),
        missing=sorted(address for address in states if address not in accepted and address not in uncertain),
        twice=sorted(address for address, count in accepted.items() if count > 1),
        uncertain=uncertain,
        status=str(report["status"]),
        seconds=seconds,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (
        ("people", 5000),
        ("workers", 4),
        ("kills", 10),
        ("purges", 2),
        ("rate-per-s", 250),
        ("seed", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    report = run_crash(Fire(**vars(parser.parse_args())))
    print(report)
    return int(bool(report.missing or report.twice or report.status != "completed"))


if __name__ == "__main__":
    sys.exit(main())
