"""Mails to one person on their time line: sent, what SES said later, where each stands now.

Found by the index on the addresses; receipts and events by the deliveries' ids.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.feedback.raw import raw_urls
from campaigns.feedback.words import machine_words
from campaigns.person.entries import Entry, Kind
from campaigns.sending.models import Acceptance, Campaign, Delivery, DeliveryEvent
from campaigns.sending.screen import state_tone
from campaigns.sending.states import CampaignKind, DeliveryState
from portal.wording import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.utils.functional import _StrPromise

PERMISSION = "campaigns.view_campaign"
_WORDS: dict[str, tuple[_StrPromise, str, Kind]] = {
    "delivery": (gettext_lazy("delivered"), "good", Kind.MAIL),
    "bounce": (gettext_lazy("bounced"), "bad", Kind.MAIL),
    "complaint": (gettext_lazy("complained"), "bad", Kind.MAIL),
    "reject": (gettext_lazy("refused"), "bad", Kind.MAIL),
    "rendering_failure": (gettext_lazy("failed"), "bad", Kind.MAIL),
    "delivery_delay": (gettext_lazy("delayed"), "warn", Kind.MAIL),
    "open": (gettext_lazy("opened"), "accent", Kind.READ),
    "click": (gettext_lazy("clicked"), "accent", Kind.READ),
    "subscription": (gettext_lazy("changed their wishes"), "warn", Kind.MAIL),
}
_MACHINE_WORDS: dict[str, _StrPromise] = {
    "open": gettext_lazy("opened by a machine"),
    "click": gettext_lazy("clicked by a machine"),
}
# Which event says the same as a state, so that both need not stand there.
_SAYS = {
    DeliveryState.DELIVERED: "delivery",
    DeliveryState.BOUNCED: "bounce",
    DeliveryState.COMPLAINED: "complaint",
    DeliveryState.REFUSED: "reject",
}
_KIND_WORDS: dict[str, _StrPromise] = {
    CampaignKind.TEST: gettext_lazy("test"),
    CampaignKind.CONFIRMATION: gettext_lazy("sign-up confirmation"),
    CampaignKind.MESSAGE: gettext_lazy("message"),
}


def mail_entries(keys: Iterable[str]) -> Iterator[Entry]:
    """Every line about mail to these address keys, in no order."""
    names = Prefetch("campaign", queryset=Campaign.objects.only("name", "campaign_kind"))
    deliveries = list(Delivery.objects.filter(address_key__in=list(keys)).prefetch_related(names))
    ids = [delivery.pk for delivery in deliveries]
    receipts = Acceptance.objects.in_bulk(ids)
    events: defaultdict[int, list[DeliveryEvent]] = defaultdict(list)
    for event in DeliveryEvent.objects.filter(delivery_id__in=ids).exclude(event_type="send"):
        events[event.delivery_id].append(event)
    raw = raw_urls([event.pk for found in events.values() for event in found])
    for delivery in deliveries:
        yield from _of_delivery(delivery, receipts.get(delivery.pk), events[delivery.pk], raw=raw)


def _of_delivery(
    delivery: Delivery, receipt: Acceptance | None, events: list[DeliveryEvent], *, raw: dict[int, str]
) -> Iterator[Entry]:
    state = DeliveryState(delivery.state)
    if receipt is not None:
        yield _line(
            delivery, receipt.accepted_at, f"sent-{delivery.pk}", word=_("sent"), tone="accent",
            words=_attempts(delivery), seen_url=_seen_url(delivery),
        )  # fmt: skip
    for event in events:
        yield replace(_of_event(delivery, event, receipt), raw_url=raw.get(event.pk, ""))
    is_said = (
        receipt is not None if state is DeliveryState.ACCEPTED else _SAYS.get(state) in {e.event_type for e in events}
    )
    if not is_said:
        words = str(delivery.get_reason_display())
        yield _line(
            delivery, delivery.changed_at, f"state-{delivery.pk}", word=str(state.label), tone=state_tone(state),
            words=words, seen_url="" if receipt or state in _UNSENT else _seen_url(delivery),
        )  # fmt: skip


_UNSENT = frozenset({DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.QUEUED})


def _of_event(delivery: Delivery, event: DeliveryEvent, receipt: Acceptance | None) -> Entry:
    word, tone, kind = _WORDS.get(event.event_type, (gettext_lazy("news"), "", Kind.MAIL))
    words = event.diagnostic
    if event.machine_sign:
        word, tone = _MACHINE_WORDS.get(event.event_type, word), ""
        words = ", ".join(filter(None, [machine_words(event.machine_sign), words]))
    elif event.event_type == "delivery":
        words = _after(event, receipt) or words
    elif event.event_type not in _WORDS:
        words = f"{event.event_type} {words}".strip()
    return _line(delivery, event.happened_at, f"event-{event.pk}", word=str(word), tone=tone, kind=kind, words=words)


def _line(
    delivery: Delivery,
    at: datetime,
    key: str,
    *,
    word: str,
    tone: str,
    kind: Kind = Kind.MAIL,
    words: str = "",
    seen_url: str = "",
) -> Entry:
    campaign = delivery.campaign
    other_kind = _KIND_WORDS.get(campaign.campaign_kind)
    is_campaign = campaign.campaign_kind == CampaignKind.CAMPAIGN
    return Entry(
        at=at,
        key=key,
        kind=kind,
        word=word,
        tone=tone,
        what=f"{campaign.name} ({other_kind})" if other_kind else campaign.name,
        url=reverse("admin:campaigns_campaign_person", args=[campaign.pk, delivery.pk]) if is_campaign else "",
        permission=PERMISSION,
        words=words,
        seen_url=seen_url,
    )


def _seen_url(delivery: Delivery) -> str:
    """The campaign's message as this person got it; tests are seen by whoever got them."""
    if delivery.campaign.campaign_kind != CampaignKind.CAMPAIGN:
        return ""
    page = reverse("admin:campaigns_campaign_change", args=[delivery.campaign_id])
    return f"{page}?{urlencode({'as': delivery.address})}"


def _attempts(delivery: Delivery) -> str:
    return _("at attempt %d") % delivery.attempt_count if delivery.attempt_count > 1 else ""


def _after(event: DeliveryEvent, receipt: Acceptance | None) -> str:
    seconds = (event.happened_at - receipt.accepted_at).total_seconds() if receipt else -1.0
    return _("%s after sending") % format_duration(seconds) if seconds >= 0 else ""
