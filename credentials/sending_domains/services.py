"""What people do with sending domains; the work itself is done by `credentials.sending_domains.tending`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.records import DmarcPolicy, StsMode
from credentials.sending_domains.wishes import needed_records
from portal.activity import record_activity
from portal.aws import ses_identities as ses
from portal.errors import Conflict, InvalidInput
from portal.mail.address import InvalidAddress, domain_in_ascii, parse_address
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

ASK_AGAIN_S: Final = 30
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the form asks; texts as typed."""

    mail_from_label: str = "mail"
    is_receiving: bool = False
    dmarc_policy: str = DmarcPolicy.NONE.value
    reports_to: str = ""
    sts_mode: str = StsMode.OFF.value


@transaction.atomic
def add_identity(typed: str, *, actor: User | None, wishes: Wishes | None = None) -> SendingDomain:
    """Begin to set up a domain or an address at SES. Raises InvalidInput, or Conflict when it is there."""
    name = read_name(typed)
    if SendingDomain.objects.filter(name=name).exists():
        raise Conflict(_("%s is on the list already.") % name)
    domain = SendingDomain(name=name)
    _apply_wishes(domain, wishes or Wishes())
    domain.save()
    record_activity("sending_domain.added", actor=actor, target=domain)
    publish(TaskName.TEND_SENDING_DOMAINS)
    return domain


@transaction.atomic
def save_wishes(domain_id: int, wishes: Wishes, *, actor: User | None) -> SendingDomain:
    """Change what a domain is to do; SES and the records follow. Raises InvalidInput or Conflict."""
    domain = SendingDomain.objects.select_for_update().get(pk=domain_id)
    _require_there(domain)
    before = {record.kind: record for record in needed_records(domain)}
    mail_from = domain.mail_from
    _apply_wishes(domain, wishes)
    domain.is_applied = domain.is_applied and domain.mail_from == mail_from
    domain.retry_at = None
    domain.save()
    changed = [record.kind for record in needed_records(domain) if before.get(record.kind) != record]
    # What is wished anew has never been right, so nothing has broken.
    domain.records.filter(kind__in=changed).update(mark="unknown", code="", advice="", right_at=None, broke_at=None)
    record_activity("sending_domain.changed", actor=actor, target=domain)
    publish(TaskName.TEND_SENDING_DOMAINS)
    return domain


def ask_now(domain: SendingDomain) -> bool:
    """Let SES and the DNS be asked soon; False when that happened within ASK_AGAIN_S."""
    now = timezone.now()
    if not is_old(domain) or (domain.asked_at and (now - domain.asked_at).total_seconds() < ASK_AGAIN_S):
        return False
    SendingDomain.objects.filter(pk=domain.pk).update(asked_at=now, retry_at=None)
    publish(TaskName.TEND_SENDING_DOMAINS)
    return True


def ask_while_watched(domain: SendingDomain) -> None:
    """Somebody has the page open: let it be looked at every ASK_AGAIN_S. Writes nothing, as looking is no deed."""
    if is_old(domain) and cache.add(f"sending_domain.watched:{domain.pk}", 1, ASK_AGAIN_S):
        publish(TaskName.TEND_SENDING_DOMAINS, domain_id=domain.pk)


def is_old(domain: SendingDomain) -> bool:
    """Whether the last look is longer ago than ASK_AGAIN_S."""
    latest = max((at for at in (domain.checked_at, domain.refreshed_at) if at), default=None)
    return latest is None or (timezone.now() - latest).total_seconds() >= ASK_AGAIN_S


@transaction.atomic
def set_up_again(domain_id: int, *, actor: User | None) -> SendingDomain:
    """Tell SES again what is wished, after it failed or gave up. Raises Conflict while it is being deleted."""
    domain = SendingDomain.objects.select_for_update().get(pk=domain_id)
    _require_there(domain)
    domain.state, domain.state_reason, domain.is_applied, domain.retry_at = SendingDomain.State.PENDING, "", False, None
    domain.save(update_fields=["state", "state_reason", "is_applied", "retry_at"])
    record_activity("sending_domain.set_up_again", actor=actor, target=domain)
    publish(TaskName.TEND_SENDING_DOMAINS)
    return domain


@transaction.atomic
def delete_identity(domain_id: int, *, typed: str, actor: User | None) -> None:
    """Delete it at SES, then here. `typed` is its name, as confirmation. Raises InvalidInput, Conflict."""
    domain = SendingDomain.objects.select_for_update().get(pk=domain_id)
    _require_there(domain)
    if typed.strip().lower() != domain.name:
        raise InvalidInput(_("Type %s to confirm.") % domain.name)
    domain.state, domain.retry_at = SendingDomain.State.DELETING, None
    domain.save(update_fields=["state", "retry_at"])
    record_activity("sending_domain.deleting", actor=actor, target=domain)
    publish(TaskName.TEND_SENDING_DOMAINS)


def untaken_identities() -> list[ses.ListedIdentity]:
    """Identities of the account that are not on the list yet, by name. Asks SES. Raises OutsideError."""
    known = set(SendingDomain.objects.values_list("name", flat=True))
    return sorted((each for each in ses.list_identities() if each.name not in known), key=lambda each: each.name)


def take_over(names: Iterable[str], *, actor: User | None) -> list[SendingDomain]:
    """Put identities of the account on the list as they are at SES; nothing is changed there. Raises OutsideError."""
    wanted = set(names)
    return [_taken(each.name, actor=actor) for each in untaken_identities() if each.name in wanted]


def _taken(name: str, *, actor: User | None) -> SendingDomain:
    identity = ses.read_identity(name)
    mail_from = identity.mail_from if identity else ""
    label = mail_from.removesuffix("." + name) if mail_from.endswith("." + name) else ""
    with transaction.atomic():
        domain, is_new = SendingDomain.objects.get_or_create(
            name=name, defaults={"is_applied": True, "mail_from_label": label}
        )
        if is_new:
            record_activity("sending_domain.taken_over", actor=actor, target=domain)
        publish(TaskName.TEND_SENDING_DOMAINS)
    return domain


def read_name(typed: str) -> str:
    """A domain or an address as SES keeps it. Raises InvalidInput."""
    text = typed.strip()
    if "@" in text.removeprefix("@"):
        try:
            return parse_address(text).key
        except InvalidAddress as error:
            raise InvalidInput(_("“%s” is not an e-mail address, such as news@example.com.") % text[:100]) from error
    known = domain_in_ascii(text.removesuffix(".").removeprefix("@"))
    if known is None or "." not in known:
        raise InvalidInput(_("“%s” is not a domain name, such as example.com.") % text[:100])
    return known


def _apply_wishes(domain: SendingDomain, wishes: Wishes) -> None:
    label = wishes.mail_from_label.strip().lower()
    if label and (not _LABEL.fullmatch(label) or len(label) > 63):  # noqa: PLR2004  # the column's length
        raise InvalidInput(_("“%s” is no part of a domain name: take letters, digits and hyphens.") % label[:63])
    if wishes.dmarc_policy not in set(DmarcPolicy) or wishes.sts_mode not in set(StsMode):
        raise InvalidInput(_("Choose one of the levels."))
    domain.mail_from_label = label if domain.is_domain else ""
    domain.is_receiving = wishes.is_receiving and domain.is_domain
    domain.dmarc_policy, domain.sts_mode = wishes.dmarc_policy, wishes.sts_mode
    domain.reports_to = _mailbox(wishes.reports_to)


def _mailbox(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        address = parse_address(typed.strip()).key
    except InvalidAddress as error:
        raise InvalidInput(_("“%s” is not an e-mail address, such as news@example.com.") % typed[:100]) from error
    if set(address) & set(",;!% "):
        raise InvalidInput(_("Reports cannot go to “%s”: take an address of letters and digits.") % address[:100])
    return address


def _require_there(domain: SendingDomain) -> None:
    if domain.state == SendingDomain.State.DELETING:
        raise Conflict(_("%s is being deleted.") % domain.name)
