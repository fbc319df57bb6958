"""Sending domains for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from credentials.sending_domains.models import DomainRecord, SendingDomain
from credentials.sending_domains.records import Mark, RecordKind
from credentials.sending_domains.wishes import needed_records

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS = ("abc1", "abc2", "abc3")


def make_sending_domain(name: str = "news.example.org", **fields: object) -> SendingDomain:
    """A verified domain whose records nobody has looked at."""
    given = {"state": SendingDomain.State.VERIFIED, "is_verified": True, "is_applied": True, "dkim_status": "SUCCESS"}
    tokens = list(TOKENS) if "@" not in name else []
    return SendingDomain.objects.create(name=name, **{**given, "dkim_tokens": tokens, **fields})


def give_records(domain: SendingDomain, marks: Mapping[RecordKind, tuple[Mark, str]] | None = None) -> None:
    """What a look found: all right but for these marks and codes."""
    now = timezone.now()
    for record in needed_records(domain):
        mark, code = (marks or {}).get(record.kind, (Mark.RIGHT, ""))
        broke_at = now if mark in {Mark.MISSING, Mark.WRONG} else None
        found = ["v=spf1 include:mail.example -all"] if code == "several" else []
        DomainRecord.objects.create(
            domain=domain, kind=record.kind, mark=mark, code=code, asked="ns1.registrar.example", checked_at=now,
            right_at=now, broke_at=broke_at, found=found,
        )  # fmt: skip
    SendingDomain.objects.filter(pk=domain.pk).update(
        checked_at=now, refreshed_at=now, name_servers=["ns1.registrar.example"]
    )


def a_domain_of_all_kinds() -> SendingDomain:
    """As on the drawing board: some records right, some not, all of them wished."""
    domain = make_sending_domain(
        reports_to="dmarc@example.org", is_receiving=True, sts_mode="testing", mail_from_status="SUCCESS",
        configuration_set="postroom", route_zone_id="Z123",
    )  # fmt: skip
    give_records(
        domain,
        {
            RecordKind.DKIM_3: (Mark.MISSING, "not_found"),
            RecordKind.SPF: (Mark.WRONG, "several"),
            RecordKind.DMARC: (Mark.ADVICE, "dmarc_watches"),
            RecordKind.STS_HOST: (Mark.UNKNOWN, ""),
        },
    )
    return domain


def domains_of_all_states() -> None:
    """One of each state, and an address."""
    a_domain_of_all_kinds()
    make_sending_domain("new.example.org", state=SendingDomain.State.PENDING, is_verified=False, dkim_tokens=[])
    make_sending_domain("waits.example.org", state=SendingDomain.State.VERIFYING, is_verified=False)
    reason = "The account at SES does not have it: somebody deleted it there."
    make_sending_domain("gone.example.org", state=SendingDomain.State.FAILED, is_verified=False, state_reason=reason)
    make_sending_domain("kim@example.net")


def an_address() -> SendingDomain:
    """A single address that SES has written to."""
    return make_sending_domain("kim@example.net", state=SendingDomain.State.VERIFYING, is_verified=False)
