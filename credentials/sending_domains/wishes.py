"""What a row wishes, as the pure modules take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from credentials.sending_domains.records import DmarcPolicy, DomainWishes, StsMode, records_of

if TYPE_CHECKING:
    from credentials.sending_domains.models import SendingDomain
    from credentials.sending_domains.records import Record


def wishes_of(domain: SendingDomain) -> DomainWishes:
    """The wishes of a domain in the region of this installation."""
    return DomainWishes(
        domain=domain.name,
        region=settings.AWS_REGION,
        dkim_tokens=tuple(str(token) for token in domain.dkim_tokens),
        dkim_zone=domain.dkim_zone,
        mail_from=domain.mail_from,
        dmarc_policy=DmarcPolicy(domain.dmarc_policy),
        reports_to=domain.reports_to,
        is_receiving=domain.is_receiving,
        sts_mode=StsMode(domain.sts_mode),
    )


def needed_records(domain: SendingDomain) -> list[Record]:
    """Every record that a domain needs; none for an address, whose domain is somebody else's care."""
    return records_of(wishes_of(domain)) if domain.is_domain else []
