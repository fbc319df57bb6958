"""What is known about an uncertain delivery and about the way of news, in words for the person who looks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _, gettext_lazy

from campaigns.sending.states import AccountKind, CampaignStatus
from campaigns.uncertain.by_choice import will_be_resent
from campaigns.uncertain.evidence import Verdict
from campaigns.uncertain.news import WayState

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.sending.models import Campaign
    from campaigns.uncertain.listing import UncertainRow

STATE_LABELS = {
    WayState.NONE: gettext_lazy("no way"),
    WayState.OFF: gettext_lazy("heartbeat off"),
    WayState.NEW: gettext_lazy("first heartbeat is out"),
    WayState.SILENT: gettext_lazy("silent"),
    WayState.WORKS: gettext_lazy("news comes"),
}
STATE_TONES = {WayState.WORKS: "good", WayState.SILENT: "bad", WayState.NEW: "accent"}
STATE_SENTENCES = {
    WayState.NONE: gettext_lazy("Mail goes without a configuration set, so no news of it can come."),
    WayState.OFF: gettext_lazy(
        "No heartbeat is sent, so silence proves nothing. What is uncertain waits for a person."
    ),
    WayState.NEW: gettext_lazy("No heartbeat has come back yet, so silence proves nothing so far."),
    WayState.SILENT: gettext_lazy(
        "Heartbeats do not come back, so silence proves nothing. Does the worker of events run?"
    ),
    WayState.WORKS: gettext_lazy("Heartbeats come back, so silence means something."),
}
RELAY_SENTENCE = gettext_lazy(
    "Mail goes through an SMTP relay, which sends no news: nothing but a person, or the choice made in the campaign, "
    "can settle it."
)
_SILENCE = {
    WayState.OFF: gettext_lazy("No heartbeat is sent, so silence proves nothing. Waits for a person."),
    WayState.NEW: gettext_lazy("No heartbeat has come back yet, so silence proves nothing so far."),
    WayState.SILENT: gettext_lazy("No news comes at the moment, so silence proves nothing."),
}
_VERDICTS = {
    Verdict.UNPROVED: gettext_lazy(
        "No heartbeat has come back that was sent after it. Waits for one, or for a person."
    ),
    Verdict.HEARTBEAT_LOST: gettext_lazy("News of that time was lost, so silence proves nothing. Waits for a person."),
    Verdict.PROVED: gettext_lazy("Was never accepted; is sent once more within minutes."),
}


def outlook(row: UncertainRow) -> str:
    """One sentence: what settles this one, and when."""
    return _of_relay(row) if has_relay(row.campaign) else _of_ses(row)


def _of_ses(row: UncertainRow) -> str:
    if row.is_left:
        return _("Left so by decision. News of SES still settles it.")
    if row.news is None:
        return _("Went without a configuration set, so no news can come. Waits for a person.")
    if row.news.state is not WayState.WORKS:
        return str(_SILENCE[row.news.state])
    verdict = row.news.verdict(row.since)
    if verdict is Verdict.WAITS:
        return _waits(row)
    if verdict is Verdict.PROVED and row.campaign.status == CampaignStatus.CANCELLED:
        return _("Was never accepted; becomes cancelled within minutes.")
    return str(_VERDICTS[verdict])


def has_relay(campaign: Campaign) -> bool:
    """Whether its mail goes through an SMTP relay, of which no news ever comes."""
    return campaign.account is not None and campaign.account.kind == AccountKind.SMTP


def _of_relay(row: UncertainRow) -> str:
    if row.is_left:
        return _("Left so by decision.")
    if will_be_resent(row.campaign, row.delivery):
        return _("Went through an SMTP relay, which sends no news. The campaign sends it once more within minutes.")
    return _("Went through an SMTP relay, which sends no news, so silence proves nothing. Waits for a person.")


def _waits(row: UncertainRow) -> str:
    if row.campaign.status == CampaignStatus.CANCELLED:
        return _("News comes. If none has come about this one in time, it was not sent and counts as cancelled.")
    return _("News comes. If none has come about this one in time, it was not sent, and is sent then.")


def waits_until(row: UncertainRow) -> datetime | None:
    """When silence about this one begins to count; None where it does already, or never will."""
    if row.is_left or row.news is None or row.news.state is not WayState.WORKS:
        return None
    is_early = row.news.verdict(row.since) is Verdict.WAITS
    return row.since + timedelta(seconds=row.news.patience.window_s) if is_early else None
