"""A backup made in the middle of a campaign, put back after its end: what is sent, and what becomes of everybody.

Real workers over real queues, pg_dump and pg_restore; the double's acceptance log is the judge.
`python -m tests.crash.restore --people 2000` prints the figures; with `--stopped-at 0.75` the campaign had not ended.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from portal.queues import full_name
from sandbox.processes import ROOT
from sandbox.testing import Sandbox, run_sandbox
from tests.crash.processes import WORKER, first_value
from tests.crash.scene import TEMPLATE, migrated_server
from tests.postgres import find_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 240
SWEEPS = 2  # the counter is committed before it is marked: the last but one is
COUNTER = "SELECT coalesce(max(counter), 0) FROM portal_generation"
IS_HELD = "SELECT count(*) FROM portal_generation WHERE held_since IS NOT NULL"
STATUS = "SELECT status FROM campaigns_campaign"
HELD_FOR_S = 8  # sixteen sweeps, and workers that had leases to wait for


@dataclass(frozen=True, slots=True)
class Backup:
    """When the backup is made and when the campaign ends, as shares of its people."""

    people: int = 2000
    made_at: float = 0.5
    stopped_at: float = 1.0
    workers: int = 2
    rate_per_s: int = 200


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came out."""

    accepted_at_backup: int
    accepted_at_restore: int
    is_held: bool
    cause: str
    alerts: list[str]
    sent_while_held: int
    uncertain_after_confirming: int
    uncertain_after_replay: int
    sent_after_confirming: int
    twice: int
    status: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"backup at {self.accepted_at_backup}, restored at {self.accepted_at_restore}: "
            f"{'held' if self.is_held else 'NOT HELD'} ({self.cause}), {self.sent_while_held} sent until confirmed; "
            f"then {self.uncertain_after_confirming} uncertain, {self.uncertain_after_replay} after the events, "
            f"{self.sent_after_confirming} sent, {self.twice} twice, {self.status}, {self.seconds:.0f} s"
        )


@dataclass(slots=True)
class _Stage:
    """The processes of one run; `archive` is a second subscription of the events' topic."""

    environment: dict[str, str]
    sandbox: Sandbox
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_all(self, workers: int) -> None:
        for _worker in range(workers):
            self._start(*WORKER)
        self._start("-m", "workers.consume")
        self._start("-m", "tests.crash.restore_stage", "tick")

    def kill_all(self) -> None:
        while self.running:
            process = self.running.pop()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, *arguments: str) -> str:
        """Run to the end and return what was printed. Raises CalledProcessError."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("-m", "tests.crash.restore_stage", "report"))
        return found

    def ask_database(self, query: str) -> Any:
        return first_value(self.environment["DATABASE_URL"], query)

    def accepted(self) -> int:
        return len(self.sandbox.accepted())

    def _start(self, *arguments: str) -> None:
        quiet = subprocess.DEVNULL if not os.environ.get("RESTORE_SHOW") else None
        command = [sys.executable, *arguments]
        self.running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=quiet, stderr=quiet, start_new_session=True
            )
        )


def run_restore(backup: Backup, *, database_url: str = "") -> RestoreReport:
    """Make the backup, end the campaign, put the backup back, confirm, replay the events.

    `database_url`: a migrated database, if not one on a server of its own.
    """
    with ExitStack() as stack:
        database_url = database_url or stack.enter_context(_migrated_database())
        sandbox = stack.enter_context(run_sandbox("--max-send-rate", str(backup.rate_per_s)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postroom-restore-")))
        stage = stack.enter_context(_stage(sandbox, database_url, folder))
        archive = _archive_events()
        started_s = time.monotonic()
        at_backup, at_restore = _send(stage, backup, database_url, folder / "dump")
        _lose_events(sandbox)
        _restore(database_url, folder / "dump")
        stage.start_all(backup.workers)
        _wait_for(lambda: stage.ask_database(IS_HELD), "the hold")
        time.sleep(HELD_FOR_S)
        held, while_held = stage.report(), stage.accepted() - at_restore
        stage.run("-m", "tests.crash.restore_stage", "confirm")
        _wait_for(lambda: not stage.ask_database(IS_HELD), "the end of the hold")
        confirmed = stage.report()
        _save_events(archive, folder / "events.jsonl")
        stage.run("manage.py", "replay_events", str(folder / "events.jsonl"))
        time.sleep(HELD_FOR_S)
        settled = stage.report()
        addresses = Counter(line["address"] for line in sandbox.accepted())
        return RestoreReport(
            accepted_at_backup=at_backup,
            accepted_at_restore=at_restore,
            is_held=held["is_held"],
            cause=held["cause"],
            alerts=held["alerts"],
            sent_while_held=while_held,
            uncertain_after_confirming=confirmed["states"].get("UNCERTAIN", 0),
            uncertain_after_replay=settled["states"].get("UNCERTAIN", 0),
            sent_after_confirming=stage.accepted() - at_restore - while_held,
            twice=sum(count > 1 for count in addresses.values()),
            status=settled["status"],
            seconds=time.monotonic() - started_s,
        )


@contextmanager
def _migrated_database() -> Iterator[str]:
    with migrated_server() as server:
        yield server.copy_of(TEMPLATE, "restored")


@contextmanager
def _stage(sandbox: Sandbox, database_url: str, folder: Path) -> Iterator[_Stage]:
    environment = {
        **os.environ,
        **sandbox.environment,
        "SANDBOX": "yes",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "GENERATION_MARK": "queue",
        "SEND_LEASE_S": "3",
        "SEND_GRACE_S": "0",
        "CHUNK_SIZE": "100",
        "LOG_LEVEL": "ERROR",
        "SQS_WAIT_S": "1",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    stage = _Stage(environment, sandbox)
    try:
        yield stage
    finally:
        stage.kill_all()


def _send(stage: _Stage, backup: Backup, database_url: str, dump: Path) -> tuple[int, int]:
    """Send, with a backup on the way; returns how many had left when it was made and when all was stopped."""
    stage.run("-m", "tests.crash.scene_stage", "make", str(backup.people))
    stage.start_all(backup.workers)
    _wait_for(lambda: stage.accepted() >= backup.people * backup.made_at, "the first half")
    at_backup = stage.accepted()
    _postgres("pg_dump", "--format=custom", f"--file={dump}", database_url)
    in_backup = stage.ask_database(COUNTER)  # at most: what is lost between two sweeps is not noticed
    _wait_for(lambda: stage.ask_database(COUNTER) >= in_backup + SWEEPS, "a mark after the backup")
    _wait_for(lambda: stage.accepted() >= backup.people * backup.stopped_at, "the end")
    if backup.stopped_at >= 1:
        _wait_for(lambda: stage.ask_database(STATUS) == "completed", "the end of the campaign")
    stage.kill_all()
    return at_backup, stage.accepted()


def _restore(database_url: str, dump: Path) -> None:
    _postgres("psql", "--quiet", "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public", database_url)
    _postgres("pg_restore", f"--dbname={database_url}", "--no-owner", str(dump))


def _postgres(program: str, *arguments: str) -> None:
    quiet = {"PGOPTIONS": "--client-min-messages=warning"}
    subprocess.run([str(find_programs() / program), *arguments], check=True, env={**os.environ, **quiet})


def _archive_events() -> str:
    """A queue that keeps every event beside the one that the portal reads; its URL."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url = sqs.create_queue(QueueName="archive")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    name = full_name(os.environ.get("QUEUE_PREFIX", "postroom"), "ses-events")
    (topic,) = (each["TopicArn"] for each in sns.list_topics()["Topics"] if each["TopicArn"].endswith(f":{name}"))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return str(url)


def _lose_events(sandbox: Sandbox) -> None:
    """What SES said until now was read by the life that is gone; what it has yet to say would reach the next one."""
    _wait_for(lambda: sandbox.events_waiting_count() == 0, "the last event")
    name = full_name(os.environ.get("QUEUE_PREFIX", "postroom"), "ses-events")
    sqs = boto3.client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _save_events(url: str, path: Path) -> None:
    sqs = boto3.client("sqs")
    with path.open("w", encoding="utf-8") as file:
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            file.writelines(message["Body"].replace("\n", " ") + "\n" for message in found)
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _wait_for(is_so: Callable[[], bool], what: str) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"{what} did not come in {PATIENCE_S} s")
        time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--made-at", type=float, default=0.5)
    parser.add_argument("--stopped-at", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rate-per-s", type=int, default=200)
    report = run_restore(Backup(**vars(parser.parse_args())))
    print(report)
    return int(not report.is_held or bool(report.sent_while_held or report.sent_after_confirming or report.twice))


if __name__ == "__main__":
    sys.exit(main())
