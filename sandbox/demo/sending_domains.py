"""The demo's sending domains: one whose records are right, one whose owner made mistakes."""

from __future__ import annotations

from django.db import transaction

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.services import Wishes, add_identity
from sandbox.seed import DEMO_DOMAIN, HALF_DONE_DOMAIN


@transaction.atomic
def ensure_sending_domains(*, has_demo: bool) -> None:
    """Add them in a database without sending domains; the double forgets its identities, so all are set up again."""
    if has_demo and not SendingDomain.objects.exists():
        add_identity(DEMO_DOMAIN, actor=None)
        add_identity(HALF_DONE_DOMAIN, actor=None, wishes=Wishes(reports_to=f"dmarc@{HALF_DONE_DOMAIN}"))
    SendingDomain.objects.update(is_applied=False, retry_at=None, lease_token="", lease_until=None)
