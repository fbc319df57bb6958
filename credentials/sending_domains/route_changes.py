"""Changing the records of a domain at Route 53: looked at first, applied as it was shown, followed until it is everywhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from dns.exception import DNSException

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.route_plan import changes_of, fingerprint, plan_steps
from credentials.sending_domains.wishes import needed_records
from portal.activity import record_activity
from portal.aws import route53
from portal.dns.chosen import chosen_authority, may_ask_dns
from portal.errors import Conflict, Refused
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from credentials.sending_domains.route_plan import Step
    from portal.aws.route53 import Zone

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """What would be done in which zone; `mark` stands for exactly this."""

    zone: Zone
    steps: list[Step]

    @property
    def changes(self) -> list[Step]:
        return changes_of(self.steps)

    @property
    def mark(self) -> str:
        return fingerprint(self.steps)


def plan_changes(domain: SendingDomain) -> RoutePlan:
    """Look what a zone at Route 53 lacks. Asks AWS. Raises Conflict without the zone, OutsideError."""
    zone = _zone_of(domain)
    records = needed_records(domain)
    sets = route53.read_sets(zone.zone_id, {record.name for record in records if record.value})
    return RoutePlan(zone, plan_steps(records, sets))


def apply_changes(domain: SendingDomain, *, mark: str, actor: User | None) -> int:
    """Write what was shown under `mark`; returns how many sets. Raises Conflict when the zone changed, OutsideError."""
    plan = plan_changes(domain)
    if plan.mark != mark:
        raise Conflict(_("The zone has changed since you looked. Look at the changes again."))
    if not plan.changes:
        return 0
    comment = f"Postroom: records of {domain.name}"
    change_id = route53.change_sets(plan.zone.zone_id, [step.record_set for step in plan.changes], comment=comment)
    with transaction.atomic():
        SendingDomain.objects.filter(pk=domain.pk).update(
            route_zone_id=plan.zone.zone_id, route_change_id=change_id, route_changed_at=timezone.now(),
            route_state=SendingDomain.RouteState.PENDING, retry_at=None,
        )  # fmt: skip
        names = [f"{step.record.type} {step.record.name}" for step in plan.changes]
        record_activity("sending_domain.dns_changed", actor=actor, target=domain, records=names)
        publish(TaskName.TEND_SENDING_DOMAINS)
    return len(plan.changes)


def follow_change(domain: SendingDomain) -> None:
    """See whether the last change is at all name servers. Raises OutsideError."""
    state = SendingDomain.RouteState.INSYNC
    try:
        if not route53.is_in_sync(domain.route_change_id):
            return
    except Refused:
        state = SendingDomain.RouteState.FAILED
        logger.warning("sending_domain.change_lost", extra={"domain": domain.pk})
    SendingDomain.objects.filter(pk=domain.pk).update(route_state=state)


def note_zone(domain: SendingDomain) -> None:
    """Remember whether the account has the domain's zone; without leave to look there is none. Raises OutsideError."""
    try:
        zone_ids = [zone.zone_id for zone in route53.find_zones(domain.name)]
    except Refused:
        zone_ids = []
    if domain.route_zone_id not in (zone_ids or [""]):
        SendingDomain.objects.filter(pk=domain.pk).update(route_zone_id=zone_ids[0] if zone_ids else "")


def _zone_of(domain: SendingDomain) -> Zone:
    """The zone that the world sees: of several of one name, that whose servers the DNS names. Raises Conflict."""
    zones = route53.find_zones(domain.name) if domain.is_domain else []
    if not zones:
        raise Conflict(_("This AWS account has no public zone for %s at Route 53.") % domain.name)
    if len(zones) == 1:
        return zones[0]
    in_use = _servers_in_use(zones[0].name)
    seen = [zone for zone in zones if in_use & _servers_of(zone)]
    if len(seen) == 1:
        return seen[0]
    raise Conflict(
        _(
            "This AWS account has %(count)d public zones for %(name)s at Route 53, and the DNS does not tell which is in use."
        )
        % {"count": len(zones), "name": zones[0].name}
        + " "
        + _("Delete those that are not, or write the records by hand.")
    )


def _servers_of(zone: Zone) -> set[str]:
    """Of a zone that may not be looked at, none: it cannot be written either."""
    try:
        return route53.name_servers_of(zone)
    except Refused:
        return set()


def _servers_in_use(name: str) -> set[str]:
    """The name servers by what the DNS says itself; empty where it cannot be asked."""
    if not may_ask_dns():
        return set()
    try:
        return set(chosen_authority().ask(name, "NS").values)
    except (DNSException, ValueError):
        return set()
