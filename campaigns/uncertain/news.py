"""Whether news of sent mail comes: what the heartbeats of each way say, and the alert when they fall silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.sending.models import SendingAccount
from campaigns.sending.sender import envelope_of
from campaigns.sending.states import AccountKind
from campaigns.uncertain.canary import Way, canaries_of, ways
from campaigns.uncertain.evidence import Beat, Patience, is_silent, judge, lag_s, patience_for
from campaigns.uncertain.models import Canary
from portal import leases
from portal.alerts.services import clear_alert, raise_alert
from portal.wording import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campaigns.sending.models import Campaign
    from campaigns.uncertain.evidence import Verdict

ALERT = "events.silent"
_MEASURED_BEATS = 1000
_REMEMBERED_DAYS = 8


class WayState(StrEnum):
    """What is known about one way of news."""

    NONE = "none"  # the mail goes without a configuration set: no event can come
    OFF = "off"  # the heartbeat is switched off
    NEW = "new"  # no heartbeat has come back yet, and none is overdue
    SILENT = "silent"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class News:
    """One way of news as it stands at `now`, on the database's clock."""

    way: Way
    state: WayState
    beats: Sequence[Beat]
    lag_s: float
    patience: Patience
    now: datetime

    @property
    def last_sent_at(self) -> datetime | None:
        return self.beats[0].sent_at if self.beats else None

    @property
    def last_seen_at(self) -> datetime | None:
        return max((beat.seen_at for beat in self.beats if beat.seen_at is not None), default=None)

    def verdict(self, since: datetime) -> Verdict:
        """What silence about a mail since then says."""
        return judge(self.beats, self.patience, since=since, now=self.now)


def way_of(campaign: Campaign) -> Way | None:
    """The way that news of the campaign's mails takes; None when there is none."""
    if campaign.account is not None and campaign.account.kind != AccountKind.SES:
        return None  # relays send none
    configuration_set = envelope_of(campaign).configuration_set
    if not configuration_set or campaign.account_id is None:
        return None
    return Way(campaign.account_id, configuration_set)


def read_news(way: Way) -> News:
    """What the heartbeats of one way say now."""
    now = leases.database_now()
    rows = canaries_of(way).filter(sent_at__gt=now - timedelta(days=_REMEMBERED_DAYS)).order_by("-sent_at")
    beats = [
        Beat(sent_at, seen_at, outcome == Canary.Outcome.ACCEPTED)
        for sent_at, seen_at, outcome in rows.values_list("sent_at", "seen_at", "outcome")[:_MEASURED_BEATS]
    ]
    lag = lag_s(beats)
    patience = patience_for(lag, factor=settings.SETTLE_LAG_FACTOR, floor_s=settings.SETTLE_FLOOR_S)
    return News(way, _state(beats, patience, now), beats, lag, patience, now)


def _state(beats: Sequence[Beat], patience: Patience, now: datetime) -> WayState:
    if not settings.CANARY_EVERY_S:
        return WayState.OFF
    if is_silent(beats, patience, now=now):
        return WayState.SILENT
    return WayState.WORKS if any(beat.seen_at for beat in beats) else WayState.NEW


def news_of_account(account: SendingAccount) -> News | None:
    """What the heartbeats of the account's main way say; None when it has no configuration set."""
    return read_news(Way(account.pk, account.configuration_set)) if account.configuration_set else None


def watch() -> int:
    """Raise the alert of each way that fell silent, clear it where news comes again; returns how many are silent."""
    silent = 0
    for way in ways():
        news = read_news(way)
        subject_key = f"account:{way.account_id}:{way.configuration_set}"
        if news.state is WayState.SILENT:
            silent += 1
            url = reverse("admin:campaigns_campaign_all_uncertain")
            raise_alert(ALERT, subject_key=subject_key, text=_silence(news), url=url, severity="bad")
        elif news.state is WayState.WORKS:
            clear_alert(ALERT, subject_key=subject_key)
    return silent


def _silence(news: News) -> str:
    names = {"set": news.way.configuration_set}
    if news.last_seen_at is None:
        return (
            _(
                "No event of SES has ever come through the configuration set “%(set)s”. Is its event destination set "
                "up, and does the worker of events run? Until then nobody learns what was delivered or bounced."
            )
            % names
        )
    names["since"] = format_duration((news.now - news.last_seen_at).total_seconds())
    return (
        _(
            "No event of SES has come through the configuration set “%(set)s” for %(since)s, although heartbeats were "
            "sent. Does the worker of events run? Until then nobody learns what was delivered or bounced."
        )
        % names
    )
