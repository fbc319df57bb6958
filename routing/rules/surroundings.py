"""What stands around the rules, read once for a page: domains, Gmail accounts, the rules that others give way to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from routing.domains.models import InboundDomain
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.rules.cautions import AccountFact, DomainFact, Looked, Surroundings, keys_after
from routing.rules.definition import ActionKind
from routing.rules.load import stored_choices
from routing.rules.models import RoutingRule
from routing.rules.services import read_default_route

if TYPE_CHECKING:
    from routing.rules.definition import Choice

FAILING_DAYS = 7
_BAD_MX = frozenset({InboundDomain.Mx.ELSEWHERE, InboundDomain.Mx.MISSING})


def look_at(rule: RoutingRule) -> Looked:
    """The parts of a stored rule that cautions are about."""
    return Looked(rule.key, rule.kind, rule.domain, stored_choices(rule.choices, rule.pk))


def read_surroundings(rules: Sequence[Looked]) -> Surroundings:
    """All that the cautions about these rules need, in a few statements whatever their number."""
    forwards = {
        action.address
        for rule in rules
        for choice in rule.choices
        for action in choice.actions
        if action.kind is ActionKind.FORWARD
    }
    return Surroundings(
        domains=read_domains({rule.domain for rule in rules} | {text.rpartition("@")[2] for text in forwards}),
        accounts=read_accounts(),
        next_choices=_choices_by_key({key for rule in rules for key in keys_after(rule)}),
        default_choices=default_choices(),
        failing=_failing(forwards),
    )


def _failing(addresses: set[str]) -> frozenset[str]:
    """Those among the addresses that mail could not be forwarded to in FAILING_DAYS."""
    since = timezone.now() - timedelta(days=FAILING_DAYS)
    failed = InboundDelivery.objects.filter(state=DeliveryState.FAILED, changed_at__gte=since)
    found = failed.filter(action=ActionKind.FORWARD.value, destination__in=addresses)
    return frozenset(found.values_list("destination", flat=True).distinct().order_by())


def read_domains(names: set[str]) -> dict[str, DomainFact]:
    """Those of these domains that are in the list of domains."""
    found = InboundDomain.objects.filter(name__in=names)
    return {domain.name: DomainFact(domain.receives, domain.mx in _BAD_MX) for domain in found}


def read_accounts() -> dict[int, AccountFact]:
    """All Gmail accounts by the id that rules name."""
    mailboxes = GmailMailbox.objects.select_related("grant")
    return {mailbox.pk: AccountFact(mailbox.grant.email, mailbox.grant.is_working) for mailbox in mailboxes}


def account_names() -> dict[int, str]:
    """Addresses of the Gmail accounts by the id that rules name."""
    return {pk: account.address for pk, account in read_accounts().items()}


def default_choices() -> tuple[Choice, ...]:
    """What happens to mail that no rule takes; read without making the row."""
    return stored_choices(read_default_route().choices, 0)


def _choices_by_key(keys: set[str]) -> dict[str, tuple[Choice, ...]]:
    rules = RoutingRule.objects.filter(key__in=keys, is_on=True)
    return {rule.key: stored_choices(rule.choices, rule.pk) for rule in rules}
