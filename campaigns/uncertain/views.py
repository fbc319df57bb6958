"""The pages of who is uncertain: of all campaigns and of one, and the decision about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.screen import campaign_or_404, campaign_page, url_of
from campaigns.sending.states import CampaignKind
from campaigns.uncertain.canary import ways
from campaigns.uncertain.decide import CANNOT_SEND, MAX_REASON_LENGTH, Choice, decide_about, decide_for_campaign
from campaigns.uncertain.listing import UncertainRow, count_uncertain, uncertain_page
from campaigns.uncertain.news import News, WayState, read_news, way_of
from campaigns.uncertain.words import (
    RELAY_SENTENCE,
    STATE_LABELS,
    STATE_SENTENCES,
    STATE_TONES,
    has_relay,
    outlook,
    waits_until,
)
from portal.errors import PortalError
from portal.pages import actor_of, page, render_page
from portal.row_ids import row_id

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

MEANINGS = {
    Choice.SEND_AGAIN: gettext_lazy(
        "They are written to once more, with a new attempt. Whoever has the first mail after all gets it twice."
    ),
    Choice.TAKE_AS_SENT: gettext_lazy(
        "Nobody is written to, and they count as sent. Whoever did not get the mail never will."
    ),
    Choice.LEAVE: gettext_lazy(
        "Nothing is sent and nothing is claimed: they stay named here. News of SES still settles them, silence does not."
    ),
}


@page("campaigns.view_campaign")
@require_GET
def all_uncertain(request: HttpRequest) -> HttpResponseBase:
    """Everybody who is uncertain, of all campaigns."""
    context = _context(request, None, [read_news(way) for way in ways()])
    return render_page(request, "campaigns/sending/uncertain_all.html", context, title=_("Uncertain"), lead=_LEAD)


_LEAD = gettext_lazy("Mails whose fate is not known: SES's answer was lost. None of them is sent again blindly.")


@page("campaigns.view_campaign")
@require_GET
def uncertain(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Who is uncertain in one campaign."""
    campaign = campaign_or_404(campaign_id)
    way = way_of(campaign)
    context = _context(request, campaign, [read_news(way)] if way else [])
    return campaign_page(request, "uncertain.html", campaign, tab="uncertain", title=_("Uncertain"), **context)


@page("campaigns.change_campaign")
@require_POST
def decide(request: HttpRequest) -> HttpResponseBase:
    """Decide about the chosen people, or about everybody of one campaign."""
    campaign_id = row_id(request.POST.get("campaign"))
    campaign = campaign_or_404(campaign_id) if campaign_id else None
    back = url_of(campaign, "uncertain") if campaign else reverse("admin:campaigns_campaign_all_uncertain")
    try:
        count = _decide(request, campaign)
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(back)
    done = ngettext("Done for %d person.", "Done for %d people.", count) % count
    messages.success(request, done if count else _("They were settled meanwhile; nothing was left to do."))
    return redirect(back)


def _decide(request: HttpRequest, campaign: Campaign | None) -> int:
    """Raises PortalError."""
    word = request.POST.get("choice", "")
    if word not in Choice.values:
        raise PortalError(_("Choose what is to be done."))
    choice, actor, reason = Choice(word), actor_of(request), request.POST.get("reason", "").replace("\0", "")
    if campaign and request.POST.get("whom") == "all":
        return decide_for_campaign(campaign.pk, choice, actor=actor, reason=reason)
    chosen = {number for text in request.POST.getlist("person") if (number := row_id(text))}
    return decide_about(chosen, choice, actor=actor, reason=reason)


def _context(request: HttpRequest, campaign: Campaign | None, news: list[News]) -> dict[str, Any]:
    campaign_id = campaign.pk if campaign else None
    found = uncertain_page(campaign_id, cursor=request.GET.get("after", ""))
    total, left = count_uncertain(campaign_id)
    return {
        "rows": [_shown(row) for row in found.rows],
        "next_cursor": found.next_cursor,
        "is_behind": bool(request.GET.get("after")),
        "total": total,
        "left": left,
        "news": [_shown_news(each) for each in news],
        "news_off": str(_off(campaign)) if not news else "",
        "choices": _choices(campaign),
        "max_reason_length": MAX_REASON_LENGTH,
        "is_of_one": campaign is not None,
        "may_decide": request.user.has_perm("campaigns.change_campaign"),
    }


def _off(campaign: Campaign | None) -> object:
    if campaign is not None and has_relay(campaign):
        return RELAY_SENTENCE
    has_way = campaign is None and SendingAccount.objects.exclude(configuration_set="").exists()
    return STATE_SENTENCES[WayState.OFF if has_way else WayState.NONE]


def _choices(campaign: Campaign | None) -> list[dict[str, object]]:
    cannot_send = campaign is not None and campaign.status in CANNOT_SEND
    shown = [choice for choice in Choice if not (cannot_send and choice is Choice.SEND_AGAIN)]
    return [{"value": choice.value, "label": choice.label, "meaning": MEANINGS[choice]} for choice in shown]


def _shown(row: UncertainRow) -> dict[str, Any]:
    delivery, campaign = row.delivery, row.campaign
    is_reachable = campaign.campaign_kind == CampaignKind.CAMPAIGN
    return {
        "id": delivery.pk,
        "address": delivery.address,
        "name": delivery.contact.full_name if delivery.contact else "",
        "url": url_of(campaign, "person", delivery.pk) if is_reachable else "",
        "campaign": campaign.name,
        "campaign_url": url_of(campaign, "uncertain") if is_reachable else "",
        "kind": "" if is_reachable else campaign.get_campaign_kind_display(),
        "called_at": row.attempt.started_at if row.attempt else None,
        "attempts": delivery.attempt_count,
        "error": row.attempt.error if row.attempt else "",
        "reason": delivery.get_reason_display(),
        "events": ", ".join(row.events),
        "since": delivery.changed_at,
        "outlook": outlook(row),
        "until": waits_until(row),
        "is_left": row.is_left,
    }


def _shown_news(news: News) -> dict[str, Any]:
    return {
        "set": news.way.configuration_set,
        "label": STATE_LABELS[news.state],
        "tone": STATE_TONES.get(news.state, ""),
        "sentence": STATE_SENTENCES[news.state],
        "last_sent_at": news.last_sent_at,
        "last_seen_at": news.last_seen_at,
        "lag_s": news.lag_s,
        "window_s": news.patience.window_s,
    }


def uncertain_urls() -> list[URLPattern]:
    """Routes of the pages, among those of campaigns."""
    name = "campaigns_campaign_"
    return [
        path("uncertain/", all_uncertain, name=name + "all_uncertain"),
        path("uncertain/decide/", decide, name=name + "decide_uncertain"),
        path("<int:campaign_id>/uncertain/", uncertain, name=name + "uncertain"),
    ]
