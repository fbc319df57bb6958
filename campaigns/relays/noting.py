"""Keeping what workers met at a relay, and telling people when its login is refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.relays.models import ERROR_CHARS, Relay, RelayUse
from portal.alerts.services import clear_alert, raise_alert
from portal.logs import redact

if TYPE_CHECKING:
    from campaigns.relays.use import UseCounter

logger = logging.getLogger(__name__)

LOGIN_FAILED = "relay.login_failed"


@transaction.atomic
def note_relay_use(account_id: int, use: UseCounter, *, campaign_id: int | None) -> None:
    """Keep what one worker counted at the relay of an account; once a chunk, also after it failed. Nothing counted,
    nothing written.
    """
    if use.is_empty:
        return
    relay = Relay.objects.select_related("account").filter(account_id=account_id).first()
    if relay is None:
        return  # taken away meanwhile
    error = redact(use.error)[:ERROR_CHARS]
    RelayUse.objects.create(
        relay=relay,
        campaign_id=campaign_id,
        connection_count=use.connection_count,
        failed_connection_count=use.failed_connection_count,
        failed_login_count=use.failed_login_count,
        message_count=use.message_count,
        answer_ms_sum=use.answer_ms_sum,
        answer_counts=use.answer_counts,
        attachment_bytes_sum=use.attachment_bytes_sum,
        attachment_bytes_max=use.attachment_bytes_max,
        error=error,
    )
    if error:
        Relay.objects.filter(pk=relay.pk).update(last_error=error, last_error_at=timezone.now())
    _note_logins(relay, use, error)


def login_works(relay: Relay) -> None:
    """The relay took our login: what was told of refused ones is over."""
    if Relay.objects.filter(pk=relay.pk, last_login_failed_at__isnull=False).update(last_login_failed_at=None):
        clear_alert(LOGIN_FAILED, subject_key=_subject_key(relay))


def _note_logins(relay: Relay, use: UseCounter, error: str) -> None:
    if use.login_count and not use.failed_login_count:
        if relay.last_login_failed_at is not None:
            login_works(relay)
        return
    if not use.failed_login_count:
        return
    Relay.objects.filter(pk=relay.pk).update(last_login_failed_at=timezone.now())
    text = _("%(account)s: %(server)s refuses our login. %(error)s")
    raise_alert(
        LOGIN_FAILED,
        subject_key=_subject_key(relay),
        text=text % {"account": relay.account.name, "server": relay.host, "error": error},
        url=reverse("admin:campaigns_sendingaccount_change", args=[relay.account_id]),
    )


def _subject_key(relay: Relay) -> str:
    return f"account:{relay.account_id}"
