"""Gmail accounts as their pages show them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from credentials.grants.models import GrantEvent, Health
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState
from routing.rules.models import RoutingRule, RuleDestination
from tests.factories.gmail import make_delivery, make_inbound, make_mailbox


def several_accounts() -> GmailMailbox:
    """One of each health; the one that is looked at has lost its permission while mail waits."""
    now = timezone.now()
    make_mailbox("vera@gmail.example", refresh_token="1//x", health=Health.UNKNOWN_EXPIRY, checked_at=now)
    ends_at = now + timedelta(hours=19)
    make_mailbox(
        "office@gmail.example", refresh_token="1//x", health=Health.EXPIRING, refresh_expires_at=ends_at, checked_at=now
    )
    make_mailbox("choir@gmail.example", health=Health.DISCONNECTED)
    lost = make_mailbox(
        "archive-of-the-riverside-club@gmail.example", refresh_token="1//x", health=Health.REVOKED,
        reason="invalid_grant", checked_at=now,
    )  # fmt: skip
    for number in range(3):
        make_delivery(make_inbound(subject=f"Order {number}"), lost, state=DeliveryState.PARKED)
    GmailMailbox.objects.filter(pk=lost.pk).update(last_delivered_at=now - timedelta(hours=3))
    rule = RoutingRule.objects.create(
        kind="exact", pattern="orders@riverside.example", key="orders@riverside.example", choices=[]
    )
    RuleDestination.objects.create(rule=rule, action="gmail", destination=lost.destination)
    GrantEvent.objects.create(grant=lost.grant, health=Health.UNKNOWN_EXPIRY, actor_name="vera")
    GrantEvent.objects.create(grant=lost.grant, health=Health.REVOKED, reason="invalid_grant")
    return lost


def a_working_account() -> GmailMailbox:
    now = timezone.now()
    return make_mailbox(
        "office@gmail.example", refresh_token="1//x", health=Health.EXPIRING, checked_at=now,
        refresh_expires_at=now + timedelta(hours=5),
    )  # fmt: skip
