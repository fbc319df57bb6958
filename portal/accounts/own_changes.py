"""What somebody changes of the own account: name, address, a lost password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.links import NewAddress, password_mark
from portal.accounts.models import AccountMail
from portal.accounts.outbox import queue_mail
from portal.activity import record_activity
from portal.errors import Conflict
from portal.mail.address import InvalidAddress, parse_address
from portal.ratelimit import network_of, take_turn

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

HOUR_S = 3600
ASKS_OF_A_NETWORK, ASKS_FOR_AN_ADDRESS = 20, 3
NEW_ADDRESSES = 5


def rename(user: User, *, first_name: str, last_name: str) -> None:
    """How others see the person."""
    with transaction.atomic():
        user.first_name, user.last_name = first_name, last_name
        user.save(update_fields=["first_name", "last_name"])
        record_activity("person.changed", actor=user, target=user, fields=["name"])


def ask_for_new_address(user: User, new: str) -> None:
    """A link goes to the new address; nothing changes before it is used. Raises Conflict when too many were asked for."""
    if not take_turn("new_address", str(user.pk), limit=NEW_ADDRESSES, per_s=HOUR_S):
        raise Conflict(_("Too many new addresses in an hour. Wait a little."))
    with transaction.atomic():
        record_activity("person.address_asked", actor=user, target=user)
        queue_mail(AccountMail.Kind.NEW_ADDRESS, new, user=user)


def change_address(wish: NewAddress) -> User | None:
    """The new address counts from now on, and the old one is told; None when the link was used, or the password changed."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=wish.user_id, is_active=True, email=wish.old).first()
        if user is None or wish.old == wish.new or wish.password != password_mark(user):
            return None
        user.email = wish.new
        user.save(update_fields=["email"])
        record_activity("person.address_changed", actor=user, target=user)
        queue_mail(AccountMail.Kind.ADDRESS_CHANGED, wish.old, user=user)
    return user


def disconnect_sign_on(user: User) -> None:
    """Forget who the person is at the provider; recorded, and told by mail. Raises Conflict without another way in."""
    if not (settings.ALLOW_PASSWORD_LOGIN and user.has_usable_password()):
        raise Conflict(_("Single sign-on is your only way in. An owner of the portal can give you a password first."))
    with transaction.atomic():
        count, _by_model = SocialAccount.objects.filter(user=user).delete()
        if count:
            record_activity("person.sign_on_removed", actor=user, target=user)
            queue_mail(AccountMail.Kind.SIGN_ON_REMOVED, user.email, user=user)


def ask_for_password(address: str, *, ip_address: str) -> bool:
    """A link goes to the address if somebody has it, which nobody learns here: the outbox looks, later.

    False when this network asked too often. Too many for one address are swallowed.
    """
    if not take_turn("password_lost", network_of(ip_address), limit=ASKS_OF_A_NETWORK, per_s=HOUR_S):
        return False
    try:
        parsed = parse_address(address)
    except InvalidAddress:
        return True
    if take_turn("password_lost_of", parsed.key, limit=ASKS_FOR_AN_ADDRESS, per_s=HOUR_S):
        with transaction.atomic():
            queue_mail(AccountMail.Kind.PASSWORD_LOST, parsed.address)
    return True


def set_lost_password(user: User, password: str) -> None:
    """The link's promise; all sessions end, and the person is told."""
    with transaction.atomic():
        user.set_password(password)
        user.save()
        record_activity("person.password_changed", actor=user, target=user, way="mail")
        queue_mail(AccountMail.Kind.PASSWORD_CHANGED, user.email, user=user)


def note_password_change(user: AbstractBaseUser, *, actor: User | None = None) -> None:
    """Somebody changed the own password while logged in, or an Owner did: it is recorded, and the person is told."""
    if not isinstance(user, User):
        return
    with transaction.atomic():
        record_activity("person.password_changed", actor=actor or user, target=user)
        queue_mail(AccountMail.Kind.PASSWORD_CHANGED, user.email, user=user)
