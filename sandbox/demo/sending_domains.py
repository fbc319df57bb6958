"""The demo's sending domains: one whose records are right, one whose owner made mistakes."""

from __future__ import annotations

from django.db import transaction

from credentials.sending_domains.models import SendingDomain
from sandbox.seed import DEMO_DOMAIN, HALF_DONE_DOMAIN


@transaction.atomic
def ensure_sending_domains(*, has_demo: bool) -> None:
    """Write them in a database without sending domains; the schedule finds them.

    The double forgets its identities when it ends, so all are set up again.
    """
    if has_demo and not SendingDomain.objects.exists():
        SendingDomain.objects.create(name=DEMO_DOMAIN)
        SendingDomain.objects.create(name=HALF_DONE_DOMAIN, reports_to=f"dmarc@{HALF_DONE_DOMAIN}")
    SendingDomain.objects.update(is_applied=False, retry_at=None, lease_token="", lease_until=None)
