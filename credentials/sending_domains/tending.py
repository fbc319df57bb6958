"""The work on sending domains: what is wished is told to SES, what SES and the DNS say is kept, until nothing is left to do.

Each step may be repeated: what is there already is left, what is gone is gone. No network call holds a transaction.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.sending_domains.checking import BROKEN, alert_subject, check_records, page_of
from credentials.sending_domains.figures import tell_changed
from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.route_changes import follow_change, note_zone
from credentials.sending_domains.services import is_old
from credentials.sending_domains.wording import trouble_at_ses
from portal.activity import record_activity
from portal.alerts.services import clear_alert, raise_alert
from portal.aws import ses_identities as ses
from portal.dns.chosen import may_ask_dns
from portal.errors import AnswerLost, OutsideError, PortalError, Throttled, Unavailable
from portal.leases import claim, is_due, release

if TYPE_CHECKING:
    from portal.aws.ses_identities import Identity

logger = logging.getLogger(__name__)

LOST = "sending_domain.not_verified"
AT_ONCE: Final = 20
LEASE_S: Final = 120
RIGHT_EVERY_S: Final = 6 * 3600
WAITING_EVERY_S: Final = 300
SLOW_EVERY_S: Final = 3600
SLOW_AFTER_S: Final = 2 * 24 * 3600
ROUTE_EVERY_S: Final = 15
RETRY_S: Final = 60
_FAILED: Final = frozenset({"FAILED"})


def tend_due_domains() -> int:
    """Do what is due, the longest waiting first; returns for how many."""
    due = SendingDomain.objects.filter(is_due()).order_by(F("retry_at").asc(nulls_first=True), "pk")
    return sum(tend_domain(pk) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def tend_watched_domain(domain_id: int) -> bool:
    """Look at a domain whose page is open, before its turn; False when somebody has just done so."""
    domain = SendingDomain.objects.filter(pk=domain_id).first()
    if domain is None or not is_old(domain):
        return False
    SendingDomain.objects.filter(pk=domain_id).update(retry_at=None)
    return tend_domain(domain_id)


def tend_domain(domain_id: int) -> bool:
    """Do what one domain needs now; False when it is somebody else's turn, or not due."""
    rows = SendingDomain.objects.filter(pk=domain_id)
    token = claim(rows, lease_s=LEASE_S)
    if token is None:
        return False
    domain = rows.get()
    try:
        _tend(domain)
    except PortalError as error:
        _put_off(domain, error, token)
        return True
    asked_at, now = domain.asked_at, rows.first()
    if now is not None:
        was_asked = now.asked_at != asked_at  # somebody wants to know what changed while we looked
        release(rows, token, retry_in_s=0 if was_asked else _wait_s(now))
    return True


def _tend(domain: SendingDomain) -> None:
    if domain.state == SendingDomain.State.DELETING:
        _delete(domain)
        return
    if not domain.is_applied:
        _apply(domain)
    identity = ses.read_identity(domain.name)
    _keep_identity(domain, identity)
    if not domain.is_domain:
        return
    if domain.route_state == SendingDomain.RouteState.PENDING:
        follow_change(domain)
    if identity is not None and may_ask_dns():
        check_records(domain)
    note_zone(domain)


def _delete(domain: SendingDomain) -> None:
    ses.delete_identity(domain.name)
    with transaction.atomic():
        record_activity("sending_domain.deleted", actor=None, target=domain)
        for code in (BROKEN, LOST):
            clear_alert(code, subject_key=alert_subject(domain))
        SendingDomain.objects.filter(pk=domain.pk).delete()
    tell_changed()


def _apply(domain: SendingDomain) -> None:
    """Bring SES to what is wished; what it has already is not asked for again."""
    identity = ses.read_identity(domain.name)
    if identity is not None and not domain.is_domain and identity.verification in _FAILED:
        ses.delete_identity(domain.name)  # SES writes to an address again only when it is made anew
        identity = None
    if identity is None:
        ses.create_identity(domain.name, configuration_set=settings.SES_CONFIGURATION_SET)
        identity = ses.read_identity(domain.name)
    if identity is None:
        return  # SES is not of one mind yet; the next look finds it
    _apply_to_domain(domain, identity)
    if settings.SES_CONFIGURATION_SET and not identity.configuration_set:
        ses.set_configuration_set(domain.name, settings.SES_CONFIGURATION_SET)
    SendingDomain.objects.filter(pk=domain.pk, mail_from_label=domain.mail_from_label).update(is_applied=True)


def _apply_to_domain(domain: SendingDomain, identity: Identity) -> None:
    if not domain.is_domain:
        return
    if identity.dkim in _FAILED and not identity.is_own_key:
        ses.restart_dkim(domain.name)
    if identity.mail_from != domain.mail_from or identity.mail_from_state in _FAILED:
        ses.set_mail_from(domain.name, domain.mail_from)


@transaction.atomic
def _keep_identity(domain: SendingDomain, identity: Identity | None) -> None:
    """Write down what SES says; a change of the state is told."""
    before = (domain.state, domain.is_verified)
    domain.refreshed_at, domain.try_count = timezone.now(), 0
    domain.is_verified = identity is not None and identity.is_verified
    if identity is not None:
        domain.dkim_status, domain.mail_from_status = identity.dkim, identity.mail_from_state
        domain.dkim_tokens, domain.dkim_zone = list(identity.dkim_tokens), identity.dkim_zone
        domain.configuration_set = identity.configuration_set
    domain.state, domain.state_reason = _state_of(domain, identity)
    fields = (
        "state", "state_reason", "is_verified", "dkim_status", "dkim_tokens", "dkim_zone", "mail_from_status",
        "configuration_set", "refreshed_at", "try_count",
    )  # fmt: skip
    if (
        not SendingDomain.objects.filter(pk=domain.pk)
        .exclude(state=SendingDomain.State.DELETING)
        .update(**{name: getattr(domain, name) for name in fields})
    ):
        return  # deleted while we asked
    _tell_change(domain, before)


def _state_of(domain: SendingDomain, identity: Identity | None) -> tuple[str, str]:
    if identity is None:
        reason = _("The account at SES does not have it: somebody deleted it there.")
        return SendingDomain.State.FAILED, reason
    if identity.is_verified:
        return SendingDomain.State.VERIFIED, ""
    if identity.verification not in _FAILED:
        return SendingDomain.State.VERIFYING, ""
    if domain.is_domain:
        return SendingDomain.State.FAILED, _("SES did not find the DKIM records within 72 hours and gave up looking.")
    return SendingDomain.State.FAILED, _("Nobody opened the link in SES's mail within 24 hours.")


def _tell_change(domain: SendingDomain, before: tuple[str, bool]) -> None:
    state, was_verified = before
    if was_verified != domain.is_verified:
        tell_changed()
    subject = alert_subject(domain)
    if domain.is_verified:
        clear_alert(LOST, subject_key=subject)
        if not was_verified:
            record_activity("sending_domain.verified", actor=None, target=domain)
    elif was_verified:
        text = _("SES no longer lets mail be sent from %s.") % domain.name
        raise_alert(LOST, subject_key=subject, text=text, url=page_of(domain))
    if state != domain.state:
        logger.info("sending_domain.changed", extra={"domain": domain.pk, "state": domain.state})


def _put_off(domain: SendingDomain, error: PortalError, token: str) -> None:
    """Say what went wrong, and try again after a growing while."""
    reason = trouble_at_ses(error)[:300]
    state = domain.state
    if not domain.is_applied and state != SendingDomain.State.DELETING and not _is_passing(error):
        state = SendingDomain.State.FAILED
    tries = min(domain.try_count + 1, 20)
    rows = SendingDomain.objects.filter(pk=domain.pk, state=domain.state)
    rows.update(state=state, state_reason=reason, try_count=tries)
    code = error.code if isinstance(error, OutsideError) else ""
    logger.warning("sending_domain.put_off", extra={"domain": domain.pk, "code": code, "tries": tries})
    rows = SendingDomain.objects.filter(pk=domain.pk)
    release(rows, token, retry_in_s=min(RETRY_S * 2 ** (tries - 1), SLOW_EVERY_S))


def _is_passing(error: PortalError) -> bool:
    return isinstance(error, (AnswerLost, Throttled, Unavailable))


def _wait_s(domain: SendingDomain) -> float:
    """How long until the next look."""
    if domain.route_state == SendingDomain.RouteState.PENDING:
        return ROUTE_EVERY_S
    is_right = domain.is_verified and not domain.records.filter(mark__in=("missing", "wrong", "unknown")).exists()
    if is_right:
        return RIGHT_EVERY_S
    if domain.records.filter(broke_at=F("checked_at")).exists():
        return WAITING_EVERY_S  # the second look, before anybody is told
    age_s = (timezone.now() - domain.created_at).total_seconds()
    return WAITING_EVERY_S if age_s < SLOW_AFTER_S else SLOW_EVERY_S
