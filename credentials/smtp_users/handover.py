"""One-time links that hand a password to the person who uses it: made, looked at, opened once, taken back.

The token is in the link alone; we keep its hash. Looking consumes nothing, because mail scanners look at every link.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.smtp_users.models import SmtpHandover, SmtpUser
from credentials.smtp_users.reveal import Opened, open_password
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

HOURS_OFFERED = (1, 24, 72, 168)
USUAL_HOURS = 24
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made, with its token: the only time that it is known."""

    handover: SmtpHandover
    token: str = field(repr=False)


def make_link(user_id: int, *, hours: int, actor: User) -> NewLink:
    """Make a link that is good for so many hours. Raises InvalidInput, and Conflict when there is nothing to hand over."""
    if hours not in HOURS_OFFERED:
        raise InvalidInput(_("A link is valid for an hour, a day, three days or a week."))
    smtp_user = SmtpUser.objects.get(pk=user_id)
    key = smtp_user.current_key
    if key is None or not key.sealed_password or smtp_user.is_leaving:
        raise Conflict(_("There is no password to hand over."))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = timezone.now() + timedelta(hours=hours)
    with transaction.atomic():
        handover = SmtpHandover.objects.create(
            user=smtp_user, key=key, token_hash=_hash(token), made_by=actor, expires_at=expires_at
        )
        record_activity("smtp_user.link_made", actor=actor, target=smtp_user, link=handover.pk, hours=hours)
    return NewLink(handover, token)


def find_link(token: str) -> SmtpHandover | None:
    """The link of a token; used, expired and ended ones too."""
    return SmtpHandover.objects.select_related("user", "made_by").filter(token_hash=_hash(token)).first()


def is_open(handover: SmtpHandover) -> bool:
    """Whether it would still show the password."""
    is_used = handover.opened_at is not None or handover.ended_at is not None
    return not is_used and handover.expires_at > timezone.now() and not handover.user.is_leaving


def open_link(handover: SmtpHandover, *, ip_address: str | None) -> Opened:
    """Use the link up and give the login that is current now. Raises Conflict, and as `open_password`: then it is not
    used up.
    """
    opened = open_password(handover.user)
    with transaction.atomic():
        now = timezone.now()
        unused = SmtpHandover.objects.filter(
            pk=handover.pk, opened_at__isnull=True, ended_at__isnull=True, expires_at__gt=now
        )
        if not unused.update(opened_at=now, opened_ip=ip_address, key=opened.key):
            raise Conflict(_("This link was used, taken back or has expired."))
        record_activity("smtp_user.link_opened", actor=None, target=handover.user, link=handover.pk)
    return opened


@transaction.atomic
def end_link(handover_id: int, *, actor: User) -> SmtpHandover:
    """Take a link back; harmless when it was used or taken back before."""
    handover = SmtpHandover.objects.select_for_update().get(pk=handover_id)
    if handover.opened_at is None and handover.ended_at is None:
        handover.ended_at = timezone.now()
        handover.save(update_fields=["ended_at"])
        record_activity("smtp_user.link_ended", actor=actor, target=handover.user, link=handover.pk)
    return handover


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
