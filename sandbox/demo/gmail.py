"""Writes the demo's Gmail accounts: one that works, one whose permission ends soon, one whose permission is lost.

The double knows the tokens of the first two.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from credentials.encryption.services import seal
from credentials.grants.health import health_of, keep_alerts_of, lose_permission
from credentials.grants.models import TABLE, GrantEvent, OAuthGrant
from portal.google import gmail
from routing.gmail.models import GmailMailbox
from sandbox.demo.consents import GMAIL_CONSENTS, LOST_CONSENT, TOKEN_BEGINS

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def write_gmail(actor: User | None) -> dict[str, GmailMailbox]:
    """Write the accounts as if they had been connected just now; return them by address."""
    made = {email: _write_account(email, lasts_s, actor) for email, lasts_s in GMAIL_CONSENTS.items()}
    lost = _write_account(LOST_CONSENT, 0, actor)
    lose_permission(lost.grant_id, reason="invalid_grant")
    return {**made, LOST_CONSENT: lost}


def _write_account(email: str, lasts_s: int, actor: User | None) -> GmailMailbox:
    now = timezone.now()
    seal_id = uuid.uuid4()
    ends_at = now + timedelta(seconds=lasts_s) if lasts_s else None
    grant = OAuthGrant.objects.create(
        seal_id=seal_id, email=email, scopes=["openid", "email", gmail.INSERT, gmail.LABELS],
        subject=str(int(hashlib.sha256(email.encode()).hexdigest()[:16], 16)),  # as the double numbers it
        sealed_refresh_token=seal(TOKEN_BEGINS + email, table=TABLE, row=str(seal_id)), refresh_expires_at=ends_at,
        health=health_of(ends_at, now), connected_at=now, connected_by=actor, worked_at=now, checked_at=now,
    )  # fmt: skip
    GrantEvent.objects.create(grant=grant, health=grant.health, actor_name=actor.get_username() if actor else "")
    keep_alerts_of(grant)
    return GmailMailbox.objects.create(grant=grant)
