"""A database, moto and the doubles, and all of Postroom's work done by the functions of the package alone."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import boto3

from portal.queues import QUEUES
from tests.crash.processes import run_processes
from tests.crash.scene import SETTINGS, TEMPLATE, Scene, Size, _connected
from tests.lambda_workers.event_source import Fleet, queue_prefix, queue_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.testing import Sandbox
    from tests.lambda_workers.runtime import Package
    from tests.postgres import Server

FILES_BUCKET = "postroom-files"
VISIBILITY_S = "10"  # of all queues: what a killed runtime held comes again so soon
EVERY_S = {
    "maintenance.sweep": 1.0,
    "campaigns.settle_uncertain": 2.0,
    "campaigns.refresh_quota": 5.0,
    "credentials.check_grants": 2.0,
}
USUAL_EVERY_S = 20.0


def nothing_beside(_sandbox: Sandbox) -> AbstractContextManager[Mapping[str, str]]:
    """No further server."""
    return nullcontext({})


@contextmanager
def run_lambda_scene(
    server: Server,
    package: Package,
    size: Size,
    *,
    settings: Mapping[str, str] | None = None,
    module: str = "",
    beside: Callable[[Sandbox], AbstractContextManager[Mapping[str, str]]] = nothing_beside,
) -> Iterator[tuple[Scene, Fleet]]:
    """`module`: another module of the entries than the package's own; `beside`: a further server, gives its settings."""
    url = server.copy_of(TEMPLATE, f"lambda_{time.monotonic_ns()}")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="postroom-lambda-"))
        own = {**_own_settings(size, folder), **(settings or {})}
        processes = stack.enter_context(
            run_processes(workers=0, rate_per_s=size.rate_per_s, helpers=(), settings=own, database_url=url)
        )
        own |= stack.enter_context(beside(processes.sandbox))
        processes.environment.update(own)
        boto3.client("s3").create_bucket(Bucket=FILES_BUCKET)
        _shorten_visibility()
        variables = {
            **processes.sandbox.environment,
            **own,
            **{name: processes.environment[name] for name in ("DATABASE_URL", "GENERATION_MARK", "SEND_GRACE_S")},
            "QUEUE_PREFIX": queue_prefix(),
            "LOG_LEVEL": "INFO" if os.environ.get("CRASH_SHOW") else "ERROR",
            "METRICS_NAMESPACE": "Postroom",
        }
        scene = Scene(processes, server, _connected(url), size, random.Random(size.seed))
        fleet = Fleet(package, variables, module=module)
        fleet.start(EVERY_S, usual_s=USUAL_EVERY_S, places=size.workers)
        try:
            yield scene, fleet
        finally:
            fleet.close()
            scene.database.close()


def _own_settings(size: Size, folder: str) -> dict[str, str]:
    return {
        **SETTINGS,
        "SEND_PARALLELISM": str(size.workers),
        "SECRET_KEY": "only for this proof, and nowhere else, fifty characters",
        "DATA_DIR": folder,
        "FILES_BUCKET": FILES_BUCKET,
        "UPLOADS_BUCKET": "postroom-uploads",
        "INBOUND_BUCKET": "postroom-inbound",
        "INBOUND_RAW_DAYS": "0",
        "SES_TRACKING_CONFIGURATION_SET": "postroom-tracked",
    }


def _shorten_visibility() -> None:
    sqs = boto3.client("sqs")
    for queue in QUEUES.values():
        sqs.set_queue_attributes(QueueUrl=queue_url(sqs, queue.name), Attributes={"VisibilityTimeout": VISIBILITY_S})


class Killer:
    """Kills a runtime at random, again and again, until the block ends."""

    def __init__(self, fleet: Fleet, chance: random.Random, *, most: int, every_s: float = 1.5) -> None:
        self.count = 0
        self._fleet, self._chance, self._most, self._every_s = fleet, chance, most, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._kill_on, daemon=True)

    def _kill_on(self) -> None:
        while self.count < self._most and not self._stop.wait(self._chance.uniform(0.2, 1.8) * self._every_s):
            busy = [place for place in self._fleet.places if place.lock.locked()]
            if busy and self._chance.choice(busy).kill():
                self.count += 1

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
