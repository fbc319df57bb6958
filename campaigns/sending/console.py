"""A campaign's progress on a terminal: a bar where somebody looks, a line now and then where a file listens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress as Bar, TaskProgressColumn, TextColumn, TimeRemainingColumn

from campaigns.sending.models import Campaign
from campaigns.sending.progress import Progress, read_progress
from campaigns.sending.states import CampaignStatus
from portal.wording import format_count, format_rate

if TYPE_CHECKING:
    from types import TracebackType

LOOK_EVERY_S = 0.5
NO_NEWS_S = 15.0


class Show(Protocol):
    """Something that shows progress."""

    def __enter__(self) -> Show: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def say(self, text: str) -> None: ...
    def look(self, now: Progress) -> None: ...


class BarShow:
    """A bar that moves; for terminals."""

    def __init__(self, out: TextIO) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeRemainingColumn(),
            console=Console(file=out),
        )
        self._task = self._bar.add_task(_("Sending"), total=None, counts="")

    def __enter__(self) -> Show:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False)

    def look(self, now: Progress) -> None:
        self._bar.update(self._task, total=now.total or None, completed=now.handled, counts=counts_line(now))


class LineShow:
    """A line each time `every` more people are handled; for files and pipes."""

    def __init__(self, out: TextIO, *, every: int) -> None:
        self._out = out
        self._every = max(1, every)
        self._next = self._every

    def __enter__(self) -> Show:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    def look(self, now: Progress) -> None:
        if now.handled >= self._next:
            self.say(f"{format_count(now.handled)} / {format_count(now.total)}  {counts_line(now)}")
            self._next = (now.handled // self._every + 1) * self._every


def counts_line(now: Progress) -> str:
    """The figures beside the bar."""
    words = {"sent": format_count(now.groups["delivered"] + now.groups["accepted"])}
    words["bad"] = format_count(now.groups["bounced"] + now.groups["failed"])
    words["rate"] = format_rate(now.rate_now_per_s)
    return _("%(sent)s sent, %(bad)s bounced or failed, %(rate)s/s") % words


def follow(
    campaign_id: int, show: Show, *, patience_s: float, sleep: Callable[[float], None] = time.sleep
) -> tuple[Campaign, Progress]:
    """Watch until it is final, paused, or nothing has happened for `patience_s` seconds."""
    seen: object = None
    quiet_s = 0.0
    while True:
        campaign = Campaign.objects.select_related("account").get(pk=campaign_id)
        now = read_progress(campaign)
        show.look(now)
        if now.is_final or campaign.status in {CampaignStatus.PAUSED, CampaignStatus.FAILED}:
            return campaign, now
        state = (campaign.status, now.states)
        quiet_s = quiet_s + LOOK_EVERY_S if state == seen else 0.0
        seen = state
        if quiet_s == NO_NEWS_S:
            show.say(no_news(now))
        if quiet_s >= patience_s:
            return campaign, now
        sleep(LOOK_EVERY_S)


def no_news(now: Progress) -> str:
    """Why nothing may be happening."""
    if now.total and not now.is_quota_enough:
        return _("Waiting: the 24-hour quota of SES is used up. It goes on by itself when it frees.")
    return _(
        "Nothing has happened for %d seconds: no worker answers. Is `make run` (or a worker) running on this database? "
        "The campaign is kept and goes on as soon as one runs."
    ) % int(NO_NEWS_S)
