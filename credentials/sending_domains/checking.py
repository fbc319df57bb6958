"""One look at the records of a domain: what was found is kept, what broke is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import dns.exception
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.sending_domains.check import judge
from credentials.sending_domains.look import look_at, txt_of
from credentials.sending_domains.models import DomainRecord, SendingDomain
from credentials.sending_domains.records import NEEDED, STANDING, Mark
from credentials.sending_domains.wishes import needed_records, wishes_of
from credentials.sending_domains.wording import kind_word
from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.dns.authority import Trouble
from portal.dns.chosen import chosen_authority

if TYPE_CHECKING:
    from credentials.sending_domains.check import Finding
    from credentials.sending_domains.records import Record
    from portal.dns.authority import Authority

logger = logging.getLogger(__name__)

BROKEN = "sending_domain.record_broken"


@dataclass(frozen=True, slots=True)
class Seen:
    """One record with what was found, and which server said so."""

    record: Record
    finding: Finding
    server: str


def check_records(domain: SendingDomain, authority: Authority | None = None) -> None:
    """Ask about every record of a domain and keep what was found. Asks the network: not within a transaction."""
    try:
        asked = authority or chosen_authority()
    except (dns.exception.DNSException, OSError, ValueError):
        _keep(domain, [], [], Trouble.NO_RESOLVER)
        return
    wishes = wishes_of(domain)
    seen: list[Seen] = []
    for record in needed_records(domain):
        look = look_at(record, wishes, asked, opens_pages=not settings.SANDBOX)
        finding = judge(record, look, wishes, ask_txt=partial(txt_of, asked))
        seen.append(Seen(record, finding, look.answer.server))
    servers = [server.name for server in asked.servers_of(domain.name)]
    _keep(domain, seen, servers, asked.trouble)


@transaction.atomic
def _keep(domain: SendingDomain, seen: list[Seen], servers: list[str], trouble: Trouble) -> None:
    now = timezone.now()
    rows = SendingDomain.objects.filter(pk=domain.pk)
    rows.update(checked_at=now, dns_problem=trouble, **({"name_servers": servers} if servers else {}))
    for each in seen:
        _keep_record(domain, each)
    if seen:
        domain.records.exclude(kind__in=[each.record.kind for each in seen]).delete()
    tell_broken(domain)


def _keep_record(domain: SendingDomain, seen: Seen) -> None:
    row, _is_new = DomainRecord.objects.get_or_create(domain=domain, kind=seen.record.kind)
    finding, now = seen.finding, timezone.now()
    if finding.mark is Mark.UNKNOWN:
        return  # silence is no answer: what was known stays
    row.mark, row.code, row.checked_at = finding.mark, finding.oddity, now
    row.found, row.advice = [value[:2_000] for value in finding.found[:10]], finding.advice[:1_000]
    row.asked = seen.server
    if finding.mark in STANDING:
        row.right_at, row.broke_at = now, None
    elif row.right_at is not None:
        row.broke_at = row.broke_at or now
    row.save()


def tell_broken(domain: SendingDomain) -> None:
    """Raise or clear the alert of a domain, by the records that were right and were not at two looks in a row."""
    broken = list(domain.records.filter(broke_at__lt=F("checked_at")).order_by("pk"))
    subject = alert_subject(domain)
    if not broken:
        clear_alert(BROKEN, subject_key=subject)
        return
    names = ", ".join(str(kind_word(row.kind)) for row in broken)
    text = _(
        "A DNS record of %(domain)s was right and is not any more: %(records)s. Mail may be refused or go to spam."
    )
    words = {"domain": domain.name, "records": names}
    severity = Severity.BAD if any(row.kind in NEEDED for row in broken) else Severity.WARN
    raise_alert(BROKEN, subject_key=subject, text=text % words, url=page_of(domain), severity=severity)


def alert_subject(domain: SendingDomain) -> str:
    """What alerts of a domain are about."""
    return f"sending_domain:{domain.pk}"


def page_of(domain: SendingDomain) -> str:
    """The page of a domain."""
    return reverse("admin:credentials_sendingdomain_one", args=[domain.pk])
