"""Campaigns with rows of all kinds, and the same figures counted the slow and obvious way."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from campaigns.preferences.models import Unsubscription
from campaigns.reports.figures import NAMES
from campaigns.sending.counts import cause_key
from campaigns.sending.models import Acceptance, Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from tests.factories.sending import make_campaign

S = DeliveryState
_STATES = (
    S.DELIVERED,
    S.DELIVERED,
    S.DELIVERED,
    S.ACCEPTED,
    S.BOUNCED,
    S.COMPLAINED,
    S.SKIPPED,
    S.REFUSED,
    S.UNCERTAIN,
)
_REASONS = {S.BOUNCED: Reason.MAILBOX_FULL, S.SKIPPED: Reason.SUPPRESSED_BOUNCE, S.REFUSED: Reason.MESSAGE_REJECTED}
_DOMAINS = ("club.example", "post.example", "firma.example", '"a@b"@odd.example'.rpartition("@")[2])
_CHUNK = 20


def a_sent_campaign(
    people: int = 60, *, seed: int = 1, name: str = "Spring letter", until: datetime | None = None, days: int = 5
) -> Campaign:
    """A finished campaign whose mails left in the `days` before `until`, with everything that people may do."""
    chance = random.Random(seed)
    last = until or timezone.now()
    begin = last - timedelta(days=days)
    campaign = make_campaign(
        name, status=CampaignStatus.COMPLETED, started_at=begin, planned_at=begin, finished_at=last
    )
    for number in range(0, people, _CHUNK):
        _chunk_of(campaign, chance, range(number, min(number + _CHUNK, people)), last=last, days=days)
    return campaign


def _chunk_of(campaign: Campaign, chance: random.Random, numbers: range, *, last: datetime, days: int) -> None:
    made = []
    for number in numbers:
        address = f"reader{number}-{campaign.pk}@{chance.choice(_DOMAINS)}"
        state = chance.choice(_STATES)
        facts = {"state": state, "reason": _REASONS.get(state, Reason.NONE), "changed_at": last}
        made.append(
            Delivery(
                campaign=campaign, address=address, address_key=address, chunk_number=numbers[0] // _CHUNK, **facts
            )
        )
    Delivery.objects.bulk_create(made)
    for row in made:
        if row.state not in (S.SKIPPED, S.REFUSED, S.UNCERTAIN):
            _happen_to(row, chance, last - timedelta(seconds=chance.randrange(days * 86_400)))
    Chunk.objects.create(
        campaign=campaign, number=numbers[0] // _CHUNK, first_delivery_id=made[0].pk, last_delivery_id=made[-1].pk,
        is_open=False, cause_counts=_causes(made), **_counters(made),
    )  # fmt: skip


def _happen_to(row: Delivery, chance: random.Random, sent_at: datetime) -> None:
    if chance.random() < 0.9:  # some were settled by events alone
        Acceptance.objects.create(delivery_id=row.pk, attempt_id=1, ses_message_id=f"m{row.pk}", accepted_at=sent_at)
    for kind in ("open", "open", "click"):
        if chance.random() < 0.4:
            sign = chance.choice(("", "", "proxy"))
            key = f"{kind}-{row.pk}-{chance.random()}"
            DeliveryEvent.objects.create(
                delivery_id=row.pk, event_key=key[:64], event_type=kind, happened_at=sent_at, machine_sign=sign
            )
    for _time in range(chance.choice((0, 0, 1, 2))):
        undone_at = chance.choice((None, None, sent_at))
        Unsubscription.objects.create(
            delivery_id=row.pk,
            campaign_id=row.campaign_id,
            address_key=row.address_key,
            scope="lists",
            undone_at=undone_at,
        )


def _counters(rows: list[Delivery]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        found[f"{S(row.state).name.lower()}_count"] += 1
        for kind, column in (("open", "opened"), ("click", "clicked")):
            signs = {event.machine_sign for event in DeliveryEvent.objects.filter(delivery_id=row.pk, event_type=kind)}
            if signs:
                found[f"{column}_count" if "" in signs else f"machine_{column}_count"] += 1
    return dict(found)


def _causes(rows: list[Delivery]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row.reason:
            found[cause_key(row.state, row.reason)] += 1
    return dict(found)


def counted_slowly(campaign: Campaign, *, by: str) -> dict[str, dict[str, int]]:
    """{day or domain: {name: people}}, one row after the other."""
    found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(NAMES, 0))
    for row in Delivery.objects.filter(campaign=campaign):
        if row.state not in (S.ACCEPTED, S.DELIVERED, S.BOUNCED, S.COMPLAINED):
            continue
        key = _day_of(row).isoformat() if by == "day" else row.address_key.rsplit("@", 1)[1]
        for name in _names_of(row):
            found[key][name] += 1
    return dict(found)


def _day_of(row: Delivery) -> date:
    receipt = Acceptance.objects.filter(pk=row.pk).first()
    moment = receipt.accepted_at if receipt else row.changed_at
    return moment.astimezone(timezone.get_default_timezone()).date()


def _names_of(row: Delivery) -> list[str]:
    names = ["sent"]
    names += ["delivered"] if row.state in (S.DELIVERED, S.COMPLAINED) else []
    names += ["bounced"] if row.state == S.BOUNCED else []
    names += ["complained"] if row.state == S.COMPLAINED else []
    people = DeliveryEvent.objects.filter(delivery_id=row.pk, machine_sign="")
    names += ["opened"] if people.filter(event_type="open").exists() else []
    names += ["clicked"] if people.filter(event_type="click").exists() else []
    names += ["unsubscribed"] if Unsubscription.objects.filter(delivery_id=row.pk, undone_at=None).exists() else []
    return names


def weeks_of_campaigns() -> None:
    """Three campaigns of the last weeks."""
    now = timezone.now()
    for number, name in enumerate(("Spring letter", "Invitation to the general meeting", "Newsletter 12")):
        a_sent_campaign(60 + 40 * number, seed=number, name=name, until=now - timedelta(days=8 * number))


def a_reported_campaign() -> Campaign:
    """One whose mails left over five days."""
    return a_sent_campaign(90, until=datetime.now(UTC))
