"""A PostgreSQL, moto and SES double with workers, consumer and tick as processes of their own, for one proof."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from sandbox.processes import ROOT
from sandbox.testing import Sandbox, run_sandbox
from tests.postgres import temporary_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORKER = ("-m", "tests.crash.worker")


@dataclass(slots=True)
class Processes:
    """What runs; `environment` is for everything that reads the run's database and endpoints."""

    environment: dict[str, str]
    sandbox: Sandbox
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python process of its own group; it is killed at the end. CRASH_SHOW=yes shows what it says."""
        quiet = None if os.environ.get("CRASH_SHOW") else subprocess.DEVNULL
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def kill(self, *victims: subprocess.Popen[bytes]) -> None:
        """SIGKILL them, all before the first is waited for."""
        for process in victims:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            self.running.remove(process)
        for process in victims:
            process.wait()

    def ask(self, *arguments: str) -> Any:
        """Run to the end and return the JSON that was printed. Raises CalledProcessError."""
        return json.loads(self.run(*arguments).strip().splitlines()[-1])

    def run(self, *arguments: str) -> str:
        """Run to the end and return what was printed. Raises CalledProcessError."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout


@contextmanager
def run_processes(
    *,
    workers: int,
    rate_per_s: int,
    helpers: tuple[tuple[str, ...], ...],
    settings: Mapping[str, str],
    worker: tuple[str, ...] = WORKER,
    database_url: str = "",
) -> Iterator[Processes]:
    """Everything a campaign needs, on servers of its own. `helpers` run once, `worker` several times.

    `database_url`: an empty or a migrated database, if not one of the run's own.
    """
    with ExitStack() as stack:
        database_url = database_url or stack.enter_context(temporary_postgres())
        sandbox = stack.enter_context(run_sandbox("--max-send-rate", str(rate_per_s)))
        processes = Processes(_environment(sandbox, database_url, settings), sandbox)
        if not _is_migrated(database_url):
            processes.run("manage.py", "migrate", "-v0")
        try:
            for arguments in (*helpers, *[worker] * workers):
                processes.start(*arguments)
            yield processes
        finally:
            processes.kill(*processes.running)


def _is_migrated(database_url: str) -> bool:
    """Whether it is a copy of a migrated one: migrating nothing takes seconds, too."""
    return first_value(database_url, "SELECT to_regclass('django_migrations')") is not None


def first_value(database_url: str, query: str) -> Any:
    """The first column of the first row; asked again and again, it costs less than a process of Django's."""
    with psycopg.connect(database_url.replace("postgres://", "postgresql://")) as database:
        row = database.execute(query).fetchone()
    return row[0] if row else None


def _environment(sandbox: Sandbox, database_url: str, settings: Mapping[str, str]) -> dict[str, str]:
    found = {
        **os.environ,
        **sandbox.environment,
        "SANDBOX": "yes",
        "DATABASE_URL": database_url,
        "GENERATION_MARK": "queue",
        "SEND_GRACE_S": "0",
        "LOG_LEVEL": "ERROR",
        "SQS_WAIT_S": "1",
        **settings,
    }
    found.pop("DJANGO_SETTINGS_MODULE", None)
    return found
