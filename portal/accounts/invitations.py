"""Inviting people by e-mail: with roles, for some days, once; sent again, taken back, accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.links import open_invitations
from portal.accounts.models import AccountMail, Invitation
from portal.accounts.outbox import queue_mail
from portal.accounts.people import make_person
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What an invited person said; without a password single sign-on is the way in."""

    username: str
    full_name: str = ""
    password: str = ""


def invite(address: str, roles: Sequence[Group], *, actor: User) -> Invitation:
    """Send an invitation. Raises InvalidInput when the address cannot be used or is known already."""
    try:
        parsed = parse_address(address)
    except InvalidAddress as error:
        raise InvalidInput(_("%s is no e-mail address.") % address) from error
    if not roles:
        raise InvalidInput(_("Choose at least one role."))
    with transaction.atomic():
        _check_new(parsed.key)
        Invitation.objects.filter(address_key=parsed.key, state=Invitation.State.OPEN).update(
            state=Invitation.State.REVOKED, closed_at=timezone.now()
        )
        invitation = Invitation.objects.create(
            address=parsed.address, address_key=parsed.key, invited_by=actor, expires_at=_in_some_days()
        )
        invitation.roles.set(roles)
        names = [role.name for role in roles]
        record_activity("invitation.sent", actor=actor, target=invitation, roles=names)
        queue_mail(AccountMail.Kind.INVITATION, invitation.address, of=invitation)
    return invitation


def send_again(invitation_id: int, *, actor: User) -> Invitation:
    """A new link, with all its days; the one before is void. Raises Conflict when it is not open any more."""
    with transaction.atomic():
        invitation = _open(invitation_id)
        invitation.link_number += 1
        invitation.expires_at = _in_some_days()
        invitation.save(update_fields=["link_number", "expires_at"])
        record_activity("invitation.sent_again", actor=actor, target=invitation)
        queue_mail(AccountMail.Kind.INVITATION, invitation.address, of=invitation)
    return invitation


def take_back(invitation_id: int, *, actor: User) -> Invitation:
    """Its link works no more. Raises Conflict when it is not open any more."""
    with transaction.atomic():
        invitation = _open(invitation_id)
        _close(invitation, Invitation.State.REVOKED)
        record_activity("invitation.revoked", actor=actor, target=invitation)
    return invitation


def accept(invitation: Invitation, newcomer: Newcomer, *, roles: Sequence[Group] | None = None) -> User:
    """The invited person joins, with the roles of the invitation.

    Raises Conflict when it is not open any more or the address has an account, NameTaken.
    """
    with transaction.atomic():
        fresh = _open(invitation.pk)
        if fresh.link_number != invitation.link_number or fresh.expires_at <= timezone.now():
            raise Conflict(_("This invitation is over. Ask for a new one."))
        if _has_account(fresh.address_key):
            raise Conflict(_("Somebody with this address has an account already. Log in with it."))
        user = make_person(
            newcomer.username, fresh.address, list(fresh.roles.all()) if roles is None else roles,
            full_name=newcomer.full_name, password=newcomer.password,
        )  # fmt: skip
        fresh.accepted_by = user
        _close(fresh, Invitation.State.ACCEPTED)
        record_activity("person.joined", actor=user, target=user, roles=[role.name for role in user.groups.all()])
    return user


def invitation_for(address_key: str) -> Invitation | None:
    """The invitation of an address that can still be accepted."""
    return open_invitations().filter(address_key=address_key).first()


def _check_new(address_key: str) -> None:
    if _has_account(address_key):
        raise InvalidInput(_("Somebody with this address has an account already."))
    if open_invitations().filter(address_key=address_key).exists():
        raise InvalidInput(_("This address is invited already. Send the invitation again instead."))


def _has_account(address_key: str) -> bool:
    return User.objects.filter(email__iexact=address_key).exists()


def _open(invitation_id: int) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None or invitation.state != Invitation.State.OPEN:
        raise Conflict(_("This invitation is over. Ask for a new one."))
    return invitation


def _close(invitation: Invitation, state: Invitation.State) -> None:
    invitation.state, invitation.closed_at = state, timezone.now()
    invitation.save(update_fields=["state", "closed_at", "accepted_by"])


def _in_some_days() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)
