"""Watching a campaign go, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_GET

from campaigns.breakers.screen import stopped_context
from campaigns.relays.figures import figures_of_campaign
from campaigns.reports.views import report_context
from campaigns.scheduling.screen import waves_context
from campaigns.sending.facts import read_facts
from campaigns.sending.models import Campaign
from campaigns.sending.progress import GROUPS, Cause, Progress, read_progress
from campaigns.sending.screen import (
    FINISHED,
    campaign_or_404,
    campaign_page,
    can_be_taken_back,
    home_of,
    state_tone,
    url_of,
)
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.sending.stops import read_stop
from campaigns.splits.results import read_results, split_key, waits_for_winner
from campaigns.uncertain.words import RELAY_SENTENCE
from portal import wording
from portal.charts import spark_paths
from portal.figures import Segment, bar_json
from portal.pages import page
from portal.wording_times import format_day_and_time

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

GROUP_LABELS = {
    "delivered": gettext_lazy("delivered"),
    "accepted": gettext_lazy("sent, no answer yet"),
    "bounced": gettext_lazy("bounced"),
    "complained": gettext_lazy("complained"),
    "failed": gettext_lazy("failed"),
    "skipped": gettext_lazy("skipped"),
    "sending": gettext_lazy("sending now"),
    "queued": gettext_lazy("queued"),
}

LEGEND_ORDER = ("delivered", "accepted", "sending", "queued", "bounced", "complained", "failed", "skipped")


@page("campaigns.view_campaign")
@require_GET
def progress(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The live page."""
    campaign = campaign_or_404(campaign_id)
    if can_be_taken_back(campaign):
        return redirect(home_of(campaign))
    context = progress_context(campaign)
    return campaign_page(request, "progress.html", campaign, tab="progress", title=_("Progress"), **context)


@page("campaigns.view_campaign")
@require_GET
def progress_json(request: HttpRequest, campaign_id: int) -> JsonResponse:
    """News for the live page, from the chunks' counters."""
    campaign = campaign_or_404(campaign_id)
    now = read_progress(campaign)
    area, line = spark_paths(_curve(now), ceiling=now.allowed_per_s)
    shown_as = request.GET.get("status", "")
    has_changed = (
        shown_as != campaign.status
        or request.GET.get("causes", "") != causes_key(now)
        or request.GET.get("split", "") != split_key(campaign)
    )
    return JsonResponse(
        {
            "percent": percent_shown(now),
            "handled": now.handled,
            "total": now.total,
            "unsent": now.groups["queued"],
            "bar": bar_json(segments_of(campaign, now)),
            "causes": {cause_code(cause): cause.people for cause in now.causes},
            "speed": {"area": area, "line": line},
            "rate": wording.format_rate(now.rate_now_per_s),
            "left": left_text(campaign, now),
            "quota_percent": quota_percent(now),
            "quota": quota_text(now),
            "quota_note": quota_note(now),
            "stop": stop_json(campaign),
            "final": now.is_final and not has_changed,
            "reload": has_changed,
        }
    )


@page("campaigns.view_campaign")
@require_GET
def report(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The figures of a finished campaign."""
    campaign = campaign_or_404(campaign_id)
    if campaign.status not in FINISHED:
        return redirect(home_of(campaign))
    context = {**progress_context(campaign), "facts": read_facts(campaign), **report_context(campaign)}
    return campaign_page(request, "report.html", campaign, tab="report", title=_("Report"), **context)


def progress_context(campaign: Campaign) -> dict[str, Any]:
    """What both pages show of the counters."""
    now, stopped = read_progress(campaign), stopped_context(campaign)
    return {
        "now": now,
        "percent": percent_shown(now),
        "segments": segments_of(campaign, now),
        "legend": sorted(segments_of(campaign, now), key=lambda segment: LEGEND_ORDER.index(segment.code)),
        "curve": _curve(now),
        "left": left_text(campaign, now),
        "quota_share": quota_percent(now) / 100,
        "quota": quota_text(now),
        "quota_note": quota_note(now),
        "causes": [cause_row(campaign, cause) for cause in now.causes],
        "causes_key": causes_key(now),
        **waves_context(campaign),
        "results": read_results(campaign),
        "split_key": split_key(campaign),
        "relay_figures": figures_of_campaign(campaign.pk) if campaign.account and not campaign.account.is_ses else None,
        "unsent": now.groups["queued"],
        "is_being_planned": campaign.status == CampaignStatus.PENDING,
        "can_pause": campaign.status == CampaignStatus.IN_PROGRESS,
        "can_resume": campaign.status == CampaignStatus.PAUSED and not stopped["trip"],
        **stopped,
        "can_cancel": campaign.status in {*_CANCELLABLE},
        "uncertain_count": now.states[DeliveryState.UNCERTAIN],
        "uncertain_url": url_of(campaign, "uncertain"),
        "stop": read_stop(campaign.pk) if campaign.status in _STOPPED else None,
    }


_STOPPED = frozenset({CampaignStatus.PAUSED, CampaignStatus.CANCELLED})
_CANCELLABLE = frozenset({CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED})


def segments_of(campaign: Campaign, now: Progress) -> list[Segment]:
    """The eight groups in the order of the bar, each leading to its people."""
    return [
        Segment(name, str(label), now.groups[name], people_url(campaign, *GROUPS[name]))
        for name, label in GROUP_LABELS.items()
    ]


def people_url(campaign: Campaign, *states: DeliveryState, reason: int = 0) -> str:
    """The people in these states, by name."""
    chosen = ",".join(state.name.lower() for state in states)
    return url_of(campaign, "people") + f"?state={chosen}" + (f"&reason={reason}" if reason else "")


def cause_row(campaign: Campaign, cause: Cause) -> dict[str, Any]:
    """One line of the table of causes."""
    return {
        "code": cause_code(cause),
        "label": cause.reason.label,
        "state": cause.state.label,
        "tone": state_tone(cause.state),
        "people": cause.people,
        "example": cause.example,
        "what_next": _what_next(campaign, cause),
        "url": people_url(campaign, cause.state, reason=int(cause.reason)),
    }


def _what_next(campaign: Campaign, cause: Cause) -> str:
    if cause.state is DeliveryState.UNCERTAIN and campaign.account is not None and not campaign.account.is_ses:
        return str(RELAY_SENTENCE)
    return cause.what_next


def cause_code(cause: Cause) -> str:
    """Names the cause in the live page's JSON."""
    return f"s{int(cause.state)}r{int(cause.reason)}"


def causes_key(now: Progress) -> str:
    """Changes when the list of causes does; the page is loaded again then."""
    return "-".join(sorted(cause_code(cause) for cause in now.causes))


def stop_json(campaign: Campaign) -> dict[str, int]:
    """What became of the calls that were on their way at the last stop; empty when there was none."""
    stop = read_stop(campaign.pk) if campaign.status in _STOPPED else None
    if stop is None:
        return {}
    parts = ("accepted", "not_accepted", "uncertain", "unknown_yet")
    return {name: getattr(stop, name) for name in parts}


def percent_shown(now: Progress) -> int:
    """Whole percents; 100 only when nothing waits any more."""
    return min(99, int(now.percent)) if now.handled < now.total else int(now.percent)


def left_text(campaign: Campaign, now: Progress) -> str:
    """Time left, in words."""
    if campaign.status in {CampaignStatus.PAUSED, CampaignStatus.CANCELLED, CampaignStatus.FAILED}:
        return str(campaign.get_status_display())
    if now.is_final or (now.total and now.handled == now.total):
        return _("done")
    if waits_for_winner(campaign):
        return _("waits for the winner of the A/B test")
    if now.seconds_left is None:
        return ""
    return _("about %s left") % wording.format_duration(now.seconds_left)


def quota_percent(now: Progress) -> float:
    """Share of the 24-hour quota that is used, 0 to 100; 0 when there is no limit."""
    return round(min(100.0, 100 * now.quota_used / now.quota_24h), 1) if now.quota_24h > 0 else 0.0


def quota_text(now: Progress) -> str:
    """The 24-hour quota in figures."""
    used = wording.format_count(now.quota_used)
    if now.quota_24h < 0:
        return _("%s in 24 hours, without a limit") % used
    return _("%(used)s of %(quota)s") % {"used": used, "quota": wording.format_count(now.quota_24h)}


def quota_note(now: Progress) -> str:
    """Whether the quota is enough for what still waits."""
    if now.is_final:
        return ""
    if now.is_quota_enough:
        return _("Enough for this campaign")
    if now.outlook is None:
        return _("Not enough for this campaign: the rest waits until the quota frees, and goes on by itself")
    times = {
        "goes_on": format_day_and_time(now.outlook.goes_on_at),
        "ends": format_day_and_time(now.outlook.finishes_at),
    }
    if now.is_out_of_quota:
        return _("Waits for the quota, goes on about %(goes_on)s; the last leave about %(ends)s") % times
    return _("Not enough for all: the rest goes on about %(goes_on)s, the last leave about %(ends)s") % times


def _curve(now: Progress) -> list[float]:
    return [rate for _at, rate in now.rate_points]
