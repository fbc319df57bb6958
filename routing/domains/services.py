"""The list of domains that receive here, and what the DNS says about each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import record_activity
from portal.dns.chosen import may_ask_dns
from portal.errors import Conflict, InvalidInput
from portal.mail.address import domain_in_ascii
from routing.domains.models import InboundDomain
from routing.domains.mx import ask_mx, dns_lookup
from routing.rules.models import RoutingRule

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from routing.domains.mx import LookUp, MxAnswer

CHECK_EVERY_H = 6
CHECKED_AT_ONCE = 50


def add_domain(name: str, *, actor: User | None, notes: str = "") -> InboundDomain:
    """Add a domain that receives here; one that is there already receives again. Raises InvalidInput."""
    known = domain_in_ascii(name.strip().removesuffix(".").removeprefix("@"))
    if known is None:
        raise InvalidInput(_("“%s” is not a domain name, such as example.com.") % name[:100])
    with transaction.atomic():
        domain, is_new = InboundDomain.objects.get_or_create(name=known, defaults={"notes": notes})
        if is_new:
            record_activity("routing_domain.added", actor=actor, target=domain)
        else:
            set_receiving(domain, receives=True, actor=actor)
    return domain


@transaction.atomic
def set_receiving(domain: InboundDomain, *, receives: bool, actor: User | None) -> None:
    """Say whether mail to a domain comes in here; nothing may be forwarded to a domain that does."""
    if domain.receives == receives:
        return
    domain.receives = receives
    domain.save(update_fields=["receives"])
    record_activity("routing_domain.changed", actor=actor, target=domain, receives=receives)


@transaction.atomic
def save_notes(domain: InboundDomain, notes: str, *, actor: User | None) -> None:
    """Write what colleagues should know."""
    domain.notes = notes
    domain.save(update_fields=["notes"])
    record_activity("routing_domain.changed", actor=actor, target=domain)


@transaction.atomic
def delete_domain(domain: InboundDomain, *, actor: User | None) -> None:
    """Take a domain off the list. Raises Conflict while rules are for it."""
    count = RoutingRule.objects.filter(domain=domain.name).count()
    if count:
        words = {"domain": domain.name, "count": count}
        raise Conflict(_("There are %(count)d rules for %(domain)s: delete them first, or say that it no longer receives.") % words)  # fmt: skip
    record_activity("routing_domain.deleted", actor=actor, target=domain)
    domain.delete()


def check_mx(domain: InboundDomain, look_up: LookUp | None = None) -> InboundDomain:
    """Ask the DNS about one domain, and keep the answer. What was known stays where the DNS does not answer."""
    _keep(domain, ask_mx(domain.name, look_up or dns_lookup(tuple(settings.DNS_SERVERS))))
    return domain


def check_due_domains(look_up: LookUp | None = None) -> int:
    """Ask about the domains that were not asked about for CHECK_EVERY_H, the longest ago first; returns how many."""
    if look_up is None and not may_ask_dns():
        return 0
    due = Q(mx_checked_at__isnull=True) | Q(mx_checked_at__lt=timezone.now() - timedelta(hours=CHECK_EVERY_H))
    found = InboundDomain.objects.filter(due, receives=True).order_by(F("mx_checked_at").asc(nulls_first=True), "pk")
    domains = list(found[:CHECKED_AT_ONCE])
    for domain in domains:
        check_mx(domain, look_up)
    return len(domains)


def _keep(domain: InboundDomain, answer: MxAnswer) -> None:
    domain.mx = answer.state.value
    domain.mx_checked_at = timezone.now()
    if domain.mx != InboundDomain.Mx.UNREACHABLE:
        domain.mx_hosts = list(answer.hosts)
    domain.save(update_fields=["mx", "mx_hosts", "mx_checked_at"])
