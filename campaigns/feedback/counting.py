"""Counting what came as feedback and changed nothing, by day and cause, with an example that names nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from django.db import connection
from django.utils import timezone

from campaigns.feedback.causes import Cause
from campaigns.feedback.models import FeedbackCount
from campaigns.sending.event_reader import storable

KEPT_DAYS = 365
MAX_EXAMPLE = 300
_ADDRESS = re.compile(r"[^\s\"'<>,;:@]{1,64}@[^\s\"'<>,;:@]{1,255}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")


@dataclass(slots=True)
class Refusals:
    """What a batch could not use, by cause, with the last example of each."""

    counts: dict[Cause, int] = field(default_factory=dict)
    examples: dict[Cause, str] = field(default_factory=dict)

    def add(self, cause: Cause, example: str = "") -> None:
        self.counts[cause] = self.counts.get(cause, 0) + 1
        if example:
            self.examples[cause] = example

    def take_off(self, cause: Cause, count: int) -> None:
        """These were known to somebody after all."""
        left = self.of(cause) - count
        if left > 0:
            self.counts[cause] = left
        else:
            self.counts.pop(cause, None)
            self.examples.pop(cause, None)

    def of(self, cause: Cause) -> int:
        """How many were counted under this cause."""
        return self.counts.get(cause, 0)


def redacted(text: str) -> str:
    """The beginning of a text without what names people: addresses, and tokens as in our own links."""
    start = storable(text[: MAX_EXAMPLE * 2])
    return _TOKEN.sub("…", _ADDRESS.sub("…@…", start))[:MAX_EXAMPLE]


# One row per cause and day, which all intakes write: in one order, as the last thing of a transaction.
_UPSERT = """
INSERT INTO campaigns_feedbackcount (day, cause, count, last_at, example) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (day, cause) DO UPDATE
   SET count = campaigns_feedbackcount.count + EXCLUDED.count, last_at = EXCLUDED.last_at,
       example = CASE WHEN EXCLUDED.example = '' THEN campaigns_feedbackcount.example ELSE EXCLUDED.example END
"""


def count_refusals(refusals: Refusals) -> None:
    """Add the counts to today's."""
    now = timezone.now()
    _write(refusals.counts, refusals.examples, day=now.astimezone(UTC).date().isoformat(), at=now.isoformat(sep=" "))


def _write(counts: Mapping[Cause, int], examples: Mapping[Cause, str], *, day: str, at: str) -> None:
    with connection.cursor() as cursor:
        for cause in sorted(counts):
            cursor.execute(_UPSERT, [day, cause.value, counts[cause], at, redacted(examples.get(cause, ""))])


def delete_old_counts() -> None:
    """Forget the counts of more than a year ago."""
    FeedbackCount.objects.filter(day__lt=timezone.now().astimezone(UTC).date() - timedelta(days=KEPT_DAYS)).delete()
