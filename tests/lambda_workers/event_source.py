"""A double of the event-source mapping between SQS and a function, and of the rules of EventBridge.

As AWS documents them: batches of one queue up to their size or window; only what the answer does not name is deleted;
an error, a killed runtime or an answer that names something else leaves the whole batch to its visibility timeout.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from portal.queues import full_name
from tests.lambda_workers.runtime import Runtime
from tests.lambda_workers.runtime_api import Outcome, RuntimeEnded
from workers.handlers.functions import FUNCTIONS, MODULE, SCHEDULE_SOURCE, FunctionName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.lambda_workers.runtime import Package
    from workers.handlers.functions import Function, Mapping as QueueMapping

logger = logging.getLogger(__name__)

RECEIVE_MOST = 10
LONG_POLL_S = 1


@dataclass(slots=True)
class Figures:
    """What the functions did, for the proof's line."""

    invocations: int = 0
    messages: int = 0
    failed_messages: int = 0
    ended: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    run_ms: Counter[str] = field(default_factory=Counter)
    cold_starts_s: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **counts: int) -> None:
        with self.lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)

    def add_run(self, function: str, took_s: float) -> None:
        """What AWS bills a function by: its runs, and how long they took."""
        with self.lock:
            self.runs[function] += 1
            self.run_ms[function] += round(took_s * 1000)

    def by_function(self) -> str:
        """Runs and seconds of each function, the longest first."""
        spent = self.run_ms.most_common()
        return ", ".join(f"{name} {self.runs[name]} runs of {ms / 1000:.1f} s" for name, ms in spent)


@dataclass(slots=True)
class Place:
    """One place where a function runs: starts a runtime when there is work, and another after one was killed."""

    function: Function
    package: Package
    variables: Mapping[str, str]
    figures: Figures
    handler: str
    runtime: Runtime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, event: Any) -> Outcome | None:
        """None when the runtime ended before its answer."""
        with self.lock:
            runtime = self._running()
            self.figures.add(invocations=1)
            begun_s = time.monotonic()
            try:
                outcome = runtime.invoke(event, timeout_s=self.function.timeout_s)
            except RuntimeEnded:
                runtime.close()
                self.runtime = None
                self.figures.add(ended=1)
                return None
            self.figures.add_run(self.function.name.value, time.monotonic() - begun_s)
        if outcome.kind == "error":
            self.figures.errors[str(outcome.body.get("errorMessage"))[:200]] += 1
        return outcome

    def _running(self) -> Runtime:
        if self.runtime is not None and self.runtime.has_ended():
            self.runtime.close()
            self.runtime = None
        if self.runtime is None:
            self.runtime = Runtime(self.package, self.handler, self.variables)
            self.figures.cold_starts_s.append(self.runtime.cold_start_s)
        return self.runtime

    def kill(self) -> bool:
        """SIGKILL what runs here; False when nothing does."""
        if self.runtime is None or self.runtime.has_ended():
            return False
        self.runtime.kill()
        return True

    def close(self) -> None:
        if self.runtime is not None:
            self.runtime.close()


def queue_url(sqs: Any, queue: str) -> str:
    """Of a queue of the sandbox, by the name in the table; its prefix is that of this process."""
    return str(sqs.get_queue_url(QueueName=full_name(queue_prefix(), queue))["QueueUrl"])


def queue_prefix() -> str:
    return os.environ.get("QUEUE_PREFIX", "postroom")


@dataclass(slots=True)
class EventSource:
    """Feeds one place from one queue."""

    place: Place
    mapping: QueueMapping
    sqs: Any
    url: str = ""

    def __post_init__(self) -> None:
        self.url = queue_url(self.sqs, self.mapping.queue)

    def feed_until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            messages = self.gathered()
            if messages:
                self.hand_over(messages)

    def gathered(self) -> list[dict[str, Any]]:
        """A batch: what is there, up to its size; waits its window for more when something came."""
        found = self._received(self.mapping.batch_size, wait_s=LONG_POLL_S)
        until_s = time.monotonic() + self.mapping.window_s * 0.1  # windows are short here, as waits are
        while found and len(found) < self.mapping.batch_size and time.monotonic() < until_s:
            more = self._received(self.mapping.batch_size - len(found))
            found += more
            if not more:
                time.sleep(0.02)
        return found

    def _received(self, most: int, *, wait_s: int = 0) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=min(most, RECEIVE_MOST),
            WaitTimeSeconds=wait_s,
            AttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def hand_over(self, messages: list[dict[str, Any]]) -> None:
        """Invoke, and delete what the answer leaves out."""
        outcome = self.place.invoke({"Records": [self._record(message) for message in messages]})
        self.place.figures.add(messages=len(messages))
        kept = failures_of(outcome, {message["MessageId"] for message in messages})
        self.place.figures.add(failed_messages=len(kept))
        done = [message for message in messages if message["MessageId"] not in kept]
        for start in range(0, len(done), RECEIVE_MOST):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(done[start : start + RECEIVE_MOST])
            ]
            self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        name = self.url.rpartition("/")[2]
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(message["Body"].encode()).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{name}",
            "awsRegion": "us-east-1",
        }


def failures_of(outcome: Outcome | None, sent: set[str]) -> set[str]:
    """Messages that are to come again; all of them unless the answer is one that AWS takes."""
    if outcome is None or outcome.kind != "response":
        return sent
    try:
        named = {failure["itemIdentifier"] for failure in (outcome.body or {}).get("batchItemFailures") or ()}
    except (TypeError, KeyError, AttributeError):
        return sent
    return named if named <= sent else sent


@dataclass(slots=True)
class Fleet:
    """All functions of the table, their queues and the schedule, at high speed."""

    package: Package
    variables: Mapping[str, str]
    module: str = ""
    figures: Figures = field(default_factory=Figures)
    places: list[Place] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, every_s: Mapping[str, float], *, usual_s: float = 5.0, places: int = 2) -> None:
        """`every_s`: how often tasks of the schedule run, `usual_s` the others; `places` feed each queue of chunks."""
        for function in FUNCTIONS.values():
            for mapping in function.mappings:
                wanted = places if function.name is FunctionName.SENDING else 1
                for _place in range(wanted):
                    source = EventSource(self._place(function), mapping, boto3.session.Session().client("sqs"))
                    self._run(source.feed_until, self.stop)
        self._run(
            self._tick, {tick.task: every_s.get(tick.task, usual_s) for f in FUNCTIONS.values() for tick in f.ticks}
        )

    def _place(self, function: Function) -> Place:
        handler = f"{self.module or MODULE}.{function.name}"
        place = Place(function, self.package, self.variables, self.figures, handler)
        self.places.append(place)
        return place

    def _run(self, target: Callable[..., object], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self.threads.append(thread)

    def _tick(self, every_s: Mapping[str, float]) -> None:
        """One place for all ticks of a function, as they are short here."""
        places = [self._place(function) for function in FUNCTIONS.values() if function.ticks]
        all_ticks = [(place, tick) for place in places for tick in place.function.ticks]
        due_s = dict.fromkeys(every_s, 0.0)
        while not self.stop.wait(0.05):
            for place, tick in all_ticks:
                if time.monotonic() >= due_s[tick.task] and not self.stop.is_set():
                    due_s[tick.task] = time.monotonic() + every_s[tick.task]
                    place.invoke({"source": SCHEDULE_SOURCE, "task": tick.task.value})

    def close(self) -> None:
        self.stop.set()
        for place in self.places:
            place.kill()
        for thread in self.threads:
            thread.join(10)
        for place in self.places:
            place.close()
