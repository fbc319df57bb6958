"""Publishes events to SNS on a thread of its own, on time, late, twice or shuffled."""

from __future__ import annotations

import heapq
import json
import logging
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.ses_double.clock import Clock
from sandbox.ses_double.events import TYPES_BY_OUTCOME, event_for
from sandbox.ses_double.letter import Accepted
from sandbox.ses_double.readers import reader_of

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient
    from types_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef

logger = logging.getLogger("sandbox.ses_double")

BATCH = 10  # SNS's own limit for PublishBatch
TRIES = 20
TRY_AGAIN_S = 0.5
SUBJECT = "Amazon SES Email Event Notification"


@dataclass(frozen=True, slots=True)
class EventSettings:
    """How events reach the topic."""

    enabled: bool = True
    delay_s: float = 0.0  # between a message and its first event
    gap_s: float = 0.0  # between one event of a message and the next
    shuffle_s: float = 0.0  # each event comes up to this much later, at random
    duplicate_rate: float = 0.0  # share of events that are published twice
    seed: int = 0


@dataclass(order=True, slots=True)
class Due:
    """One event waiting for its time; built only when it goes out."""

    at_s: float  # monotonic
    number: int
    topic_arn: str = field(compare=False)
    event_type: str = field(compare=False)
    message: Accepted = field(compare=False)


class EventPublisher:
    """A queue of events ordered by time, and the thread that empties it."""

    def __init__(self, clock: Clock) -> None:
        self.settings = EventSettings()
        self.published_count = 0
        self._clock = clock
        self._chance = random.Random(0)
        self._waiting: list[Due] = []
        self._number = 0
        self._busy = False
        self._generation = 0
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._clients: dict[str, SNSClient] = {}
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def start(self) -> None:
        """Start publishing."""
        self._thread.start()

    def change(self, **changes: float | bool) -> EventSettings:
        """Replace the named settings and return them all. Raises TypeError."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self._chance = random.Random(self.settings.seed)
        return self.settings

    def add(self, message: Accepted, topics_by_type: Mapping[str, list[str]]) -> None:
        """Queue every event about a message that some topic wants."""
        settings = self.settings
        if not settings.enabled:
            return
        base_s = time.monotonic() + settings.delay_s
        with self._changed:
            for order, event_type in enumerate(TYPES_BY_OUTCOME[message.outcome]):
                self._push_all(base_s + order * settings.gap_s, event_type, message, topics_by_type)
            for event_type, after_s in reader_of(message).deeds:
                self._push_all(base_s + after_s, event_type, message, topics_by_type)
            self._changed.notify()

    def _push_all(
        self, at_s: float, event_type: str, message: Accepted, topics_by_type: Mapping[str, list[str]]
    ) -> None:
        for topic_arn in topics_by_type.get(event_type, ()):
            for _copy in range(self._copies()):
                self._push(at_s, topic_arn, event_type, message)

    def clear(self) -> None:
        """Forget the events that still wait, those of a batch being tried included."""
        with self._changed:
            self._waiting.clear()
            self._generation += 1

    def waiting_count(self) -> int:
        """Return how many events have not reached their topic."""
        with self._changed:
            return len(self._waiting) + int(self._busy)

    def stop(self) -> None:
        """Stop; events that still wait are lost, as they are when AWS is late."""
        self._stopped.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout=5)

    def _copies(self) -> int:
        rate = self.settings.duplicate_rate
        return 2 if rate and self._chance.random() < rate else 1

    def _push(self, at_s: float, topic_arn: str, event_type: str, message: Accepted) -> None:
        if self.settings.shuffle_s:
            at_s += self._chance.random() * self.settings.shuffle_s
        self._number += 1
        due = Due(at_s, self._number, topic_arn, event_type, message)
        heapq.heappush(self._waiting, due)

    def _run(self) -> None:
        while not self._stopped.is_set():
            batch, generation = self._next_batch()
            if batch:
                self._publish(batch, generation)
            with self._changed:
                self._busy = False

    def _next_batch(self) -> tuple[list[Due], int]:
        """Wait for events that are due and return up to ten for one topic."""
        with self._changed:
            if not self._has_due() and not self._stopped.is_set():
                self._changed.wait(self._wait_s())  # woken by what is added, which may be due sooner
            batch: list[Due] = []
            while len(batch) < BATCH and self._has_due():
                if batch and self._waiting[0].topic_arn != batch[0].topic_arn:
                    break
                batch.append(heapq.heappop(self._waiting))
            self._busy = bool(batch)
            return batch, self._generation

    def _has_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0].at_s <= time.monotonic()

    def _wait_s(self) -> float:
        if not self._waiting:
            return 1.0
        return min(1.0, max(0.0, self._waiting[0].at_s - time.monotonic()))

    def _publish(self, batch: list[Due], generation: int) -> None:
        """Publish one batch; try again while SNS is away, then give up."""
        entries = [self._entry(str(i), due) for i, due in enumerate(batch)]
        topic_arn = batch[0].topic_arn
        for _try in range(TRIES):
            try:
                client = self._client(topic_arn.split(":")[3])
                client.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
            except (BotoCoreError, ClientError) as error:
                logger.debug("events.retried", extra={"reason": type(error).__name__})
                if self._stopped.wait(TRY_AGAIN_S) or generation != self._generation:
                    return
            else:
                self.published_count += len(batch)
                return
        logger.warning("events.lost", extra={"count": len(batch)})

    def _entry(self, entry_id: str, due: Due) -> PublishBatchRequestEntryTypeDef:
        event = event_for(due.message, due.event_type, at_s=self._clock.now())
        return {"Id": entry_id, "Message": json.dumps(event), "Subject": SUBJECT}

    def _client(self, region: str) -> SNSClient:
        if region not in self._clients:
            config = Config(retries={"total_max_attempts": 1}, read_timeout=10)
            self._clients[region] = boto3.client("sns", region_name=region, config=config)
        return self._clients[region]
