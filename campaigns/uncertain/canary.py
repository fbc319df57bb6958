"""The heartbeat: a mail to SES's mailbox simulator, on schedule, whose Send event proves that news comes back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from campaigns.sending.event_reader import CANARY_TAG
from campaigns.sending.models import Campaign, Chunk, SendingAccount
from campaigns.sending.pacing import Lane, reserve
from campaigns.sending.states import AccountKind
from campaigns.uncertain.models import Canary
from portal import metrics
from portal.aws import ses
from portal.errors import AnswerLost, PortalError
from portal.generation.services import is_held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
_EARLY_S = 5  # the schedule ticks a little early or late; a beat must not slip by a whole tick


@dataclass(frozen=True, slots=True)
class Way:
    """One way that news comes: the events of one configuration set of one account."""

    account_id: int
    configuration_set: str


def beat() -> int:
    """Send the heartbeats that are due; returns how many were accepted. None while the installation is held."""
    if is_held():
        return 0
    delete_old()
    return sum(_send(way) for way in ways() if _is_due(way))


def ways() -> list[Way]:
    """Every way in use; none where the heartbeat is switched off or an account has no configuration set."""
    if not settings.CANARY_EVERY_S:
        return []
    found: list[Way] = []
    for account in SendingAccount.objects.filter(kind=AccountKind.SES, is_active=True).order_by("pk"):
        if account.configuration_set:
            found.append(Way(account.pk, account.configuration_set))
        if account.tracking_configuration_set and _has_tracked(account):
            found.append(Way(account.pk, account.tracking_configuration_set))
    return found


def _has_tracked(account: SendingAccount) -> bool:
    return Campaign.objects.filter(account=account, is_tracked=True, started_at__isnull=False).exists()


def canaries_of(way: Way) -> QuerySet[Canary]:
    """The heartbeats of one way."""
    return Canary.objects.filter(account_id=way.account_id, configuration_set=way.configuration_set)


def _is_due(way: Way) -> bool:
    """While the provider refuses everything, the one slot of each minute is for the mails that try."""
    if SendingAccount.objects.filter(pk=way.account_id, is_probing=True).exists():
        return False
    every_s = settings.CANARY_EVERY_S if has_uncertain(way.account_id) else settings.CANARY_IDLE_EVERY_S
    since = Now() - timedelta(seconds=max(1, every_s - _EARLY_S))
    return not canaries_of(way).filter(sent_at__gt=since).exists()


def has_uncertain(account_id: int) -> bool:
    """Whether a campaign of the account has people whose answer was lost."""
    return Chunk.objects.filter(uncertain_count__gt=0, campaign__account_id=account_id).exists()


def _send(way: Way) -> int:
    sender = _sender(way.account_id)
    if not sender or reserve(way.account_id, 1, lane=Lane.PRIORITY).denial is not None:
        return 0
    canary = _open(way)
    if canary is None:
        return 0
    outcome, error = Canary.Outcome.ACCEPTED, ""
    try:
        ses.send_raw_email(_request(canary, sender))
    except AnswerLost as lost:
        outcome, error = Canary.Outcome.UNSURE, str(lost)
    except PortalError as refused:
        outcome, error = Canary.Outcome.REFUSED, str(refused)
    Canary.objects.filter(pk=canary.pk).update(outcome=outcome, error=error[:300])
    logger.info("canary.sent", extra={"canary": canary.pk, "outcome": outcome.value})
    return int(outcome is Canary.Outcome.ACCEPTED)


@transaction.atomic
def _open(way: Way) -> Canary | None:
    """Committed before its call; under the account's row, so that two schedulers send one."""
    SendingAccount.objects.select_for_update().filter(pk=way.account_id).values_list("pk").first()
    if not _is_due(way):
        return None
    return Canary.objects.create(account_id=way.account_id, configuration_set=way.configuration_set)


def _sender(account_id: int) -> str:
    """An address that SES lets us send from: the setting's, else that of the newest campaign that was sent."""
    if settings.CANARY_FROM_ADDRESS:
        return str(settings.CANARY_FROM_ADDRESS)
    sent = Campaign.objects.filter(account_id=account_id, started_at__isnull=False).exclude(from_address="")
    return sent.order_by("-pk").values_list("from_address", flat=True).first() or ""


def _request(canary: Canary, sender: str) -> dict[str, object]:
    text = "Postroom sends this to SES's mailbox simulator, to see whether news of sent mail comes back."
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [f"success+postroom{canary.pk}@simulator.amazonses.com"]},
        "Content": {"Simple": {"Subject": {"Data": "Postroom heartbeat"}, "Body": {"Text": {"Data": text}}}},
        "EmailTags": [{"Name": CANARY_TAG, "Value": str(canary.pk)}],
        "ConfigurationSetName": canary.configuration_set,
    }


def note_seen(canary_ids: Iterable[int]) -> int:
    """Send events of these heartbeats have come; the first time counts. Returns how many were new."""
    unseen = Canary.objects.filter(pk__in=set(canary_ids), seen_at__isnull=True)
    count = unseen.update(seen_at=Now())
    if count:
        metrics.count("canary.seen_count", count)
    return count


def delete_old() -> None:
    """Forget heartbeats of long ago."""
    Canary.objects.filter(sent_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()
