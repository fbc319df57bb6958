"""A PostgreSQL, moto and SES double with workers, consumer and tick as processes of their own, for one proof."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.processes import ROOT
from sandbox.testing import Sandbox, run_sandbox
from tests.postgres import temporary_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORKER = ("-m", "celery", "-A", "workers.app", "worker", "-P", "solo", "-l", "error")


@dataclass(slots=True)
class Processes:
    """What runs; `environment` is for everything that reads the run's database and endpoints."""

    environment: dict[str, str]
    sandbox: Sandbox
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str) -> None:
        """Start a Python process of its own group; it is killed at the end."""
        self.running.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def ask(self, *arguments: str) -> Any:
        """Run to the end and return the JSON that was printed. Raises CalledProcessError."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def run_processes(
    *,
    workers: int,
    rate_per_s: int,
    helpers: tuple[tuple[str, ...], ...],
    settings: Mapping[str, str],
    worker: tuple[str, ...] = WORKER,
) -> Iterator[Processes]:
    """Everything a campaign needs, on servers of its own. `helpers` run once, `worker` several times."""
    with ExitStack() as stack:
        database_url = stack.enter_context(temporary_postgres())
        sandbox = stack.enter_context(run_sandbox("--max-send-rate", str(rate_per_s)))
        processes = Processes(_environment(sandbox, database_url, settings), sandbox)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=processes.environment, check=True)
        try:
            for arguments in (*helpers, *[worker] * workers):
                processes.start(*arguments)
            yield processes
        finally:
            for process in processes.running:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


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
