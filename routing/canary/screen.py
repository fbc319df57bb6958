"""What the page of test mail shows, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.wording import format_duration
from routing.canary.alerting import where_it_is
from routing.canary.models import CanaryRun

SHOWN = 48
SUMMARY_HOURS = 24
_ROUGH_FROM_S = 10
_TONES = {
    CanaryRun.State.ARRIVED: "good",
    CanaryRun.State.MISSING: "bad",
    CanaryRun.State.FAILED: "bad",
    CanaryRun.State.SENT: "accent",
}


@dataclass(frozen=True, slots=True)
class CanaryLine:
    """One test mail; times in words, a dash for steps that did not happen."""

    run: CanaryRun
    tone: str
    to_ses: str  # from SES's taking it until SES received it
    to_portal: str  # from there until our row was written
    to_end: str  # from there until the last delivery was done
    in_all: str
    where: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The test mails of SUMMARY_HOURS; `usual` and `slowest` time of those that arrived."""

    newest: CanaryLine | None
    arrived_count: int
    judged_count: int
    usual: str
    slowest: str


def last_lines() -> list[CanaryLine]:
    """The newest SHOWN."""
    return [_line(run) for run in CanaryRun.objects.order_by("-due_at")[:SHOWN]]


def summary_of_day() -> Summary:
    """How it went in the last SUMMARY_HOURS, and the newest that can be judged."""
    judged = CanaryRun.objects.exclude(state__in=[CanaryRun.State.SENDING, CanaryRun.State.SENT])
    of_day = list(judged.filter(due_at__gte=timezone.now() - timedelta(hours=SUMMARY_HOURS)))
    newest = judged.order_by("-due_at").first()
    times = [took_s for run in of_day if (took_s := _between_s(run.sent_at, run.arrived_at)) is not None]
    return Summary(
        newest=_line(newest) if newest else None,
        arrived_count=sum(run.state == CanaryRun.State.ARRIVED for run in of_day),
        judged_count=len(of_day),
        usual=_words(median(times) if times else None),
        slowest=_words(max(times, default=None)),
    )


def _line(run: CanaryRun) -> CanaryLine:
    state = CanaryRun.State(run.state)
    is_open = state in {CanaryRun.State.SENDING, CanaryRun.State.SENT}
    return CanaryLine(
        run=run,
        tone=_TONES.get(state, ""),
        to_ses=_words(_between_s(run.sent_at, run.received_at)),
        to_portal=_words(_between_s(run.received_at, run.taken_in_at)),
        to_end=_words(_between_s(run.taken_in_at, run.arrived_at)),
        in_all=_words(_between_s(run.sent_at, run.arrived_at)),
        where="" if is_open else where_it_is(run),
    )


def _between_s(begin: datetime | None, end: datetime | None) -> float | None:
    """SES's clock and ours may differ by a little."""
    return None if begin is None or end is None else max(0.0, (end - begin).total_seconds())


def _words(seconds: float | None) -> str:
    """Tenths of a second where they are most of it."""
    if seconds is None or seconds >= _ROUGH_FROM_S:
        return format_duration(seconds)
    return _("%s s") % number_format(round(seconds, 1), decimal_pos=1)
