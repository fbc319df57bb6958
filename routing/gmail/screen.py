"""What the pages of Gmail accounts show, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credentials.grants.models import Health, OAuthGrant
from portal.google import gmail
from portal.wording import format_duration
from routing.gmail.models import GmailMailbox
from routing.gmail.parking import deliveries_of, wait_s
from routing.inbound.models import OPEN_STATES, DeliveryState, InboundDelivery
from routing.rules.models import RoutingRule

if TYPE_CHECKING:
    from django.db.models import QuerySet

TONES = {
    Health.HEALTHY: "good", Health.UNKNOWN_EXPIRY: "good", Health.EXPIRING: "warn", Health.UNREACHABLE: "warn",
    Health.REVOKED: "bad", Health.DISCONNECTED: "",
}  # fmt: skip
REASONS = {
    "invalid_grant": gettext_lazy(
        "The person took the permission away, changed the password, or the permission ran out."
    ),
    "insufficientPermissions": gettext_lazy("The permission does not reach: the box for adding mail was not ticked."),
    "domainPolicy": gettext_lazy("The account's administrator does not allow it."),
    "accessNotConfigured": gettext_lazy("The Gmail API is switched off in the project at Google."),
    "failedPrecondition": gettext_lazy("The account has no mailbox at Gmail."),
    "invalid_client": gettext_lazy("Google does not know our client id, or its secret is another: see the settings."),
    "unauthorized_client": gettext_lazy("Google does not let our client do this: see the settings."),
    "unreachable": gettext_lazy("Google cannot be reached."),
}
SCOPES = {
    gmail.INSERT: gettext_lazy("put mail in"),
    gmail.LABELS: gettext_lazy("make labels"),
    gmail.READ: gettext_lazy("read mail, to look up what may be there"),
}
HOLDS_UP = "invalid_grant"  # nothing but a new consent helps


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account on the list."""

    mailbox: GmailMailbox
    tone: str
    ends: str
    parked_count: int
    waiting_count: int

    @property
    def grant(self) -> OAuthGrant:
        """Its consent."""
        return self.mailbox.grant


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not in the mailbox yet."""

    parked_count: int = 0
    waiting_count: int = 0
    oldest_at: datetime | None = None


def list_accounts() -> list[AccountLine]:
    """All accounts, those in trouble first."""
    mailboxes = GmailMailbox.objects.select_related("grant")
    counts = _counts()
    lines = [
        AccountLine(
            mailbox, TONES[Health(mailbox.grant.health)], ends_in_words(mailbox.grant),
            counts.get((mailbox.destination, DeliveryState.PARKED.value), 0),
            sum(counts.get((mailbox.destination, state.value), 0) for state in OPEN_STATES),
        )
        for mailbox in mailboxes
    ]  # fmt: skip
    order = {"bad": 0, "warn": 1, "good": 2}
    return sorted(lines, key=lambda line: (order.get(line.tone, 3), line.grant.email))


def waiting_for(mailbox: GmailMailbox) -> Waiting:
    """Counts by two partial indexes."""
    rows = deliveries_of(mailbox)
    parked = rows.filter(state=DeliveryState.PARKED).aggregate(count=Count("id"), oldest=Min("created_at"))
    waiting = rows.filter(state__in=OPEN_STATES).aggregate(count=Count("id"), oldest=Min("created_at"))
    oldest = [moment for moment in (parked["oldest"], waiting["oldest"]) if moment]
    return Waiting(parked["count"], waiting["count"], min(oldest) if oldest else None)


def ends_in_words(grant: OAuthGrant) -> str:
    """When the permission ends."""
    if grant.health in {Health.REVOKED, Health.DISCONNECTED}:
        return _("over")
    if grant.refresh_expires_at is None:
        return _("Google did not say")
    left_s = (grant.refresh_expires_at - timezone.now()).total_seconds()
    return _("in %s") % format_duration(left_s) if left_s > 0 else _("any moment")


def reason_in_words(grant: OAuthGrant) -> str:
    """Why it does not work; "" while it does."""
    if not grant.reason:
        return ""
    return str(REASONS.get(grant.reason, _("Google's word: %s") % grant.reason))


def scopes_in_words(grant: OAuthGrant) -> list[str]:
    """What the person allowed."""
    return [str(words) for scope, words in SCOPES.items() if scope in grant.scopes]


def rules_of(mailbox: GmailMailbox) -> QuerySet[RoutingRule]:
    """Rules that send mail there."""
    rules = RoutingRule.objects.filter(destinations__action="gmail", destinations__destination=mailbox.destination)
    return rules.distinct().order_by("key")[:20]


def slow_words(mailbox: GmailMailbox) -> str:
    """That Gmail asked for slower; "" when it did not."""
    seconds = wait_s(mailbox)
    return _("Gmail asked for slower: the next try is in %s.") % format_duration(seconds) if seconds else ""


def _counts() -> dict[tuple[str, str], int]:
    states = [DeliveryState.PARKED, *OPEN_STATES]
    rows = InboundDelivery.objects.filter(action="gmail", state__in=states).order_by()
    counted = rows.values_list("destination", "state").annotate(count=Count("id"))
    return {(destination, state): count for destination, state, count in counted}
