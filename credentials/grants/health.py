"""Whether consents still hold: what each look found, the history of changes, alerts once per change, figures for alarms."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from credentials.grants.models import WORKING, GrantEvent, Health, OAuthGrant
from portal import metrics
from portal.alerts.models import Severity
from portal.alerts.services import Finding, clear_alert, raise_alert
from portal.leases import database_now

logger = logging.getLogger(__name__)

WARN_S = 24 * 3600
CRITICAL_S = 6 * 3600
UNREACHABLE_ALERT_S = 900
CHECK_EVERY_S = 300
# Google answers a refresh but not what the token is for: no refresh can tell that this is mended, only a try.
GIVEN_BY_REFRESH = frozenset({"invalid_grant", ""})
LOST, EXPIRES_SOON, EXPIRES_NOW, UNREACHABLE = (
    "gmail.permission_lost", "gmail.expires_soon", "gmail.expires_now", "gmail.unreachable",
)  # fmt: skip

# Told of each consent that works again; apps that deliver with consents join in.
AFTER_RESTORED: list[Callable[[int], None]] = []
# Told of each consent that was lost.
AFTER_LOST: list[Callable[[int], None]] = []


def health_of(refresh_expires_at: datetime | None, now: datetime) -> Health:
    """What a consent that works is called, by when it ends."""
    if refresh_expires_at is None:
        return Health.UNKNOWN_EXPIRY
    return Health.EXPIRING if refresh_expires_at - now < timedelta(seconds=WARN_S) else Health.HEALTHY


def note_refreshed(grant_id: int) -> None:
    """Google gave a new token: healthy by the time that is left, unless it refused something else before."""
    grant = OAuthGrant.objects.get(pk=grant_id)
    if grant.health == Health.DISCONNECTED or (grant.health == Health.REVOKED and grant.reason not in GIVEN_BY_REFRESH):
        note_checked(grant_id)
        return
    set_health(grant_id, health_of(grant.refresh_expires_at, database_now()))


def note_checked(grant_id: int) -> None:
    """A look was taken, whatever it found."""
    OAuthGrant.objects.filter(pk=grant_id).update(checked_at=Now())


def set_health(grant_id: int, health: Health, *, reason: str = "", actor_name: str = "") -> None:
    """Write down what a look found; a change goes into the history, to the alerts and to who waits for it."""
    with transaction.atomic():
        grant = OAuthGrant.objects.select_for_update().get(pk=grant_id)
        before, was_working = (grant.health, grant.reason), grant.is_working
        if grant.health == Health.DISCONNECTED and health != Health.DISCONNECTED and not actor_name:
            return  # taken away by a person while we looked
        if grant.health == Health.REVOKED and health == Health.UNREACHABLE:
            note_checked(grant_id)  # no answer gives nothing back
            return
        grant.health, grant.reason, grant.checked_at = health, reason[:60], database_now()
        grant.save(update_fields=["health", "reason", "checked_at"])
        if before != (grant.health, grant.reason):
            GrantEvent.objects.create(grant=grant, health=health, reason=grant.reason, actor_name=actor_name)
        keep_alerts_of(grant)
    _tell_figures(grant)
    if was_working != grant.is_working:
        logger.warning("grant.changed", extra={"grant": grant.pk, "health": health, "reason": grant.reason})
        for listener in AFTER_RESTORED if grant.is_working else AFTER_LOST:
            listener(grant.pk)


def lose_permission(grant_id: int, *, reason: str) -> None:
    """Google took the token but refuses the deed: the consent does not reach, or somebody switched it off."""
    set_health(grant_id, Health.REVOKED, reason=reason or "forbidden")


def due_grants(*, every_s: int = CHECK_EVERY_S) -> list[int]:
    """Consents whose last look is long enough ago, the longest first."""
    old = Q(checked_at__isnull=True) | Q(checked_at__lte=Now() - timedelta(seconds=every_s))
    rows = OAuthGrant.objects.filter(old).exclude(health=Health.DISCONNECTED)
    return list(rows.order_by("checked_at", "id").values_list("id", flat=True)[:500])


def keep_alerts_of(grant: OAuthGrant) -> None:
    """Raise or clear what is to be said about one consent; each change is told once."""
    found = _findings(grant, database_now())
    for code in (LOST, EXPIRES_SOON, EXPIRES_NOW, UNREACHABLE):
        finding = found.get(code)
        if finding is None:
            clear_alert(code, subject_key=f"grant:{grant.pk}")
            continue
        raise_alert(
            code, subject_key=f"grant:{grant.pk}", text=finding.text, url=finding.url, severity=finding.severity
        )


def _findings(grant: OAuthGrant, now: datetime) -> dict[str, Finding]:
    if grant.health == Health.REVOKED:
        text = _("Google no longer lets Postroom into %(account)s. Mail for it waits until it is connected again.")
        return {LOST: Finding(text % {"account": grant.email}, _page_of(grant), Severity.BAD)}
    if grant.health == Health.UNREACHABLE:
        since = grant.worked_at or grant.connected_at or now
        if (now - since).total_seconds() < UNREACHABLE_ALERT_S:
            return {}
        text = _("Google has not answered for %(account)s for a while. Mail for it waits.")
        return {UNREACHABLE: Finding(text % {"account": grant.email}, _page_of(grant), Severity.WARN)}
    return _expiry_finding(grant, now)


def _expiry_finding(grant: OAuthGrant, now: datetime) -> dict[str, Finding]:
    if grant.health not in WORKING or grant.refresh_expires_at is None:
        return {}
    left_s = (grant.refresh_expires_at - now).total_seconds()
    if left_s >= WARN_S:
        return {}
    if left_s >= CRITICAL_S:
        text = _("The permission of %(account)s ends within a day. Connect it again before that.")
        return {EXPIRES_SOON: Finding(text % {"account": grant.email}, _page_of(grant), Severity.WARN)}
    text = _("The permission of %(account)s ends in less than six hours. Connect it again now.")
    return {EXPIRES_NOW: Finding(text % {"account": grant.email}, _page_of(grant), Severity.BAD)}


def _page_of(grant: OAuthGrant) -> str:
    return reverse("admin:routing_gmailmailbox_of_grant", args=[grant.pk])


def _tell_figures(grant: OAuthGrant) -> None:
    """One figure for "does it work" and one for "how long still"; alarms watch both, and their absence."""
    metrics.count("gmail.consent_works_count", int(grant.is_working), grant=str(grant.pk))
    if grant.refresh_expires_at is not None:
        left_s = max(0, (grant.refresh_expires_at - database_now()).total_seconds())
        metrics.count("gmail.consent_left_s", round(left_s), grant=str(grant.pk))
