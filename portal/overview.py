"""The overview: what is wrong, what runs, how the last days went, what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.screen import home_of, status_tone
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.uncertain.news import news_of_account
from campaigns.uncertain.words import STATE_LABELS
from portal.navigation import first_url
from portal.overview_alerts import find_alerts, quota_share
from portal.overview_figures import (
    BOUNCE_LIMIT,
    COMPLAINT_LIMIT,
    Counts,
    LiveCampaign,
    Week,
    chart_days,
    counts_of,
    read_live,
    read_started,
    summarise_week,
)
from portal.overview_start import first_steps
from portal.pages import page
from portal.wording import format_count, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from django.http import HttpRequest

_RECENT_SHOWN = 6


def overview_context(request: HttpRequest) -> dict[str, Any]:
    """What the overview shows to this person; only the greeting to somebody without a role."""
    if not request.user.has_perm("campaigns.view_campaign"):
        return {"has_role": False}
    today = timezone.localdate()
    started = read_started(today)
    accounts = list(SendingAccount.objects.filter(is_active=True).order_by("pk"))
    steps = first_steps(request.user)
    return {
        "has_role": True,
        "alerts": find_alerts(accounts, started),
        "tiles": _tiles(summarise_week(started, today)),
        "chart": chart_days(started, today),
        "has_sent": bool(started),
        "live": [_live_row(each) for each in read_live()],
        "next_campaign": _next_scheduled(),
        "accounts": [_account_row(account) for account in accounts],
        "recent": _recent_rows(),
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "is_settled": all(step.is_done for step in steps),
        "mailbox_url": settings.SANDBOX_MAILBOX_URL,
        "new_campaign_url": _url_if(request, "campaigns.add_campaign", "admin:campaigns_campaign_add"),
        "import_url": _url_if(request, "campaigns.add_contactimport", "admin:campaigns_contactimport_add"),
    }


@page("campaigns.view_campaign")
def overview_json(request: HttpRequest) -> JsonResponse:
    """The campaigns that are being sent; asks for a reload when others run than `?ids=` (comma-separated) says."""
    rows = [_live_row(each) for each in read_live()]
    shown = [part for part in request.GET.get("ids", "").split(",") if part]
    return JsonResponse(
        {
            "live": {
                str(row["id"]): {"width": row["share"] * 100, "text": row["text"], "done": row["done"]} for row in rows
            },
            "reload": shown != [str(row["id"]) for row in rows],
            "final": not rows,
        }
    )


def _url_if(request: HttpRequest, permission: str, url_name: str) -> str:
    return first_url((url_name,)) if request.user.has_perm(permission) else ""


def _tiles(week: Week) -> list[dict[str, Any]]:
    counts = week.counts
    return [
        {"label": _("Sent, last 7 days"), "value": format_count(counts.sent), "note": _change_note(week)},
        {
            "label": _("Delivered"),
            "value": format_percent(week.delivered_share),
            "note": _delivered_note(week) if counts.sent else "",
        },
        _limit_tile(_("Bounced"), week.bounced_share, limit=BOUNCE_LIMIT, digits=1),
        _limit_tile(_("Complaints"), week.complained_share, limit=COMPLAINT_LIMIT, digits=2),
    ]


def _change_note(week: Week) -> str:
    if week.change is None:
        return _("nothing in the week before")
    percent = round(abs(week.change) * 100)
    if percent == 0:
        return _("as many as the week before")
    return (_("▲ %d %% on the week before") if week.change > 0 else _("▼ %d %% on the week before")) % percent


def _delivered_note(week: Week) -> str:
    counts = week.counts
    numbers = {
        "delivered": format_count(counts.arrived),
        "waiting": format_count(counts.accepted),
    }
    if counts.accepted:
        return _("%(delivered)s messages, %(waiting)s without an answer yet") % numbers
    return _("%(delivered)s messages") % numbers


def _limit_tile(label: str, share: float | None, *, limit: float, digits: int) -> dict[str, Any]:
    part = min(1.0, (share or 0) / limit)
    tone = "good" if part < 0.5 else "warn" if part < 1 else "bad"  # noqa: PLR2004
    reviewed = _("SES reviews at %s") % format_percent(limit, digits=0 if limit >= 0.01 else 1)  # noqa: PLR2004
    return {
        "label": label,
        "value": format_percent(share, digits=digits),
        "note": reviewed,
        "meter": part,
        "tone": tone,
        "meter_label": _("%(label)s: %(part)s of SES's limit")
        % {"label": label, "part": format_percent(part, digits=0)},
    }


def _live_row(live: LiveCampaign) -> dict[str, Any]:
    campaign, counts = live.campaign, live.counts
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "url": home_of(campaign),
        "share": live.share,
        "done": f"{live.percent} %",
        "label": _("%(percent)d %% of %(name)s") % {"percent": live.percent, "name": campaign.name},
        "text": _live_text(live) if counts.total else _("about to leave"),
    }


def _live_text(live: LiveCampaign) -> str:
    handled, total = format_count(live.counts.handled), format_count(live.counts.total)
    parts = [_("%(handled)s of %(total)s") % {"handled": handled, "total": total}]
    if live.rate_per_s > 0:
        parts.append(_("%s per second") % format_rate(live.rate_per_s))
    if live.seconds_left is not None:
        parts.append(_("%s left") % format_duration(live.seconds_left))
    return " · ".join(parts)


def _next_scheduled() -> dict[str, Any] | None:
    scheduled = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, status=CampaignStatus.SCHEDULED)
    campaign = scheduled.defer("body", "text_body").order_by("scheduled_at").first()
    return {"name": campaign.name, "at": campaign.scheduled_at, "url": home_of(campaign)} if campaign else None


def _account_row(account: SendingAccount) -> dict[str, Any]:
    share = quota_share(account)
    used = account.sent_24h + account.reserved_since_refresh
    counts = {"used": format_count(used), "quota": format_count(account.quota_24h)}
    is_well = account.is_sending_enabled and not account.problem
    return {
        "name": account.name,
        "region": account.region if account.is_ses else account.get_kind_display(),
        "is_ses": account.is_ses,
        "share": share,
        "tone": "good" if share is None or share < 0.75 else "warn" if share < 0.9 else "bad",  # noqa: PLR2004
        "quota_text": _("%(used)s of %(quota)s in 24 h") % counts
        if share is not None
        else _("%(used)s in 24 h") % counts,
        "rate": format_rate(account.max_rate_per_s),
        "is_well": is_well,
        "has_production_access": account.has_production_access,
        "refreshed_at": account.refreshed_at,
        "news": _news_text(account),
    }


def _news_text(account: SendingAccount) -> str:
    news = news_of_account(account)
    if news is None or news.last_seen_at is None:
        return str(STATE_LABELS[news.state]) if news else ""
    ago = format_duration((news.now - news.last_seen_at).total_seconds())
    lag = format_duration(max(1.0, news.lag_s))
    words = {"state": STATE_LABELS[news.state], "ago": ago, "lag": lag}
    return _("%(state)s, last heartbeat back %(ago)s ago, takes at most %(lag)s") % words


def _recent_rows() -> list[dict[str, Any]]:
    campaigns = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).defer("body", "text_body")
    found = list(campaigns.order_by("-pk")[:_RECENT_SHOWN])
    counts = counts_of(campaign.pk for campaign in found)
    return [
        {
            "name": campaign.name,
            "url": home_of(campaign),
            "status": campaign.get_status_display(),
            "tone": status_tone(campaign.status),
            "is_draft": campaign.pk not in counts,
            "counts": counts.get(campaign.pk, Counts()),
        }
        for campaign in found
    ]
