"""What wants attention at the entries of the navigation: one statement for all of them, as it is asked on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Value
from django.utils.translation import ngettext

from campaigns.approval.services import waiting_approvals
from campaigns.breakers.models import BreakerTrip
from campaigns.importing.models import ContactImport
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.uncertain.listing import UNDECIDED, uncertain_chunks
from credentials.grants.models import Health, OAuthGrant
from credentials.sending_domains.querysets import unwell_domains
from credentials.smtp_users.screen import wants_attention
from portal.failures.models import FailedMessage
from routing.inbound.models import DeliveryState, InboundDelivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

LIVE = "live"
APPROVALS = "approvals"
IMPORTS = "imports"
FAILURES = "failures"
ACCOUNTS = "accounts"
BREAKERS = "breakers"
UNCERTAIN = "uncertain"
GMAIL = "gmail"
INBOUND = "inbound"
DOMAINS = "domains"
SMTP_USERS = "smtp_users"
_TONES = {
    LIVE: "accent",
    FAILURES: "bad",
    ACCOUNTS: "bad",
    BREAKERS: "bad",
    GMAIL: "bad",
    DOMAINS: "bad",
    SMTP_USERS: "bad",
}  # the others warn


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word on an entry; `tone` is one of the badge tones."""

    text: str
    tone: str


def read_badges() -> dict[str, Badge]:
    """The badges by name; where nothing wants attention there is none."""
    first, *others = _counts()
    counts = dict(first.union(*others, all=True))
    return {name: Badge(_text(name, count), _TONES.get(name, "warn")) for name, count in counts.items() if count}


def _text(name: str, count: int) -> str:
    return ngettext("%d live", "%d live", count) % count if name == LIVE else str(count)


def _counts() -> Iterator[QuerySet[Any]]:
    live = (CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS)
    waiting = (ContactImport.Status.COLUMNS, ContactImport.Status.CHECKED)
    yield _count(LIVE, Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, status__in=live))
    yield _count(APPROVALS, waiting_approvals())
    yield _count(IMPORTS, ContactImport.objects.filter(status__in=waiting))
    yield _count(FAILURES, FailedMessage.objects.filter(state=FailedMessage.State.PUT_ASIDE))
    yield _count(ACCOUNTS, SendingAccount.objects.filter(is_active=True).exclude(problem="", is_sending_enabled=True))
    yield _count(BREAKERS, BreakerTrip.objects.filter(ended_at__isnull=True))
    yield _count(UNCERTAIN, uncertain_chunks(), UNDECIDED)
    yield _count(INBOUND, InboundDelivery.objects.filter(state__in=(DeliveryState.HELD, DeliveryState.FAILED)))
    yield _count(DOMAINS, unwell_domains())
    yield _count(SMTP_USERS, wants_attention())
    yield _count(GMAIL, OAuthGrant.objects.filter(health=Health.REVOKED))


def _count(name: str, rows: QuerySet[Any], amount: Any = None) -> QuerySet[Any]:
    named = rows.order_by().values(badge=Value(name)).annotate(amount=amount or Count("pk"))
    pairs: QuerySet[Any] = named.values_list("badge", "amount")
    return pairs
