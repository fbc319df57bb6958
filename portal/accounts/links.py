"""The links in mails about accounts: signed, for one purpose, for a while, and void once they were used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.accounts.models import Invitation
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from django.db.models import QuerySet

NEW_ADDRESS_S = 24 * 3600
_INVITATION = "portal.accounts.invitation"
_NEW_ADDRESS = "portal.accounts.new_address"
_PASSWORD = "portal.accounts.password"  # noqa: S105  # what a signature is for


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Who wants which address; `old` is what makes the link void once it was used, `password` once that changed."""

    user_id: int
    old: str
    new: str
    password: str  # a digest of the stored hash


def invitation_url(invitation: Invitation) -> str:
    """Where the invited person chooses a name and a password."""
    token = signing.dumps([invitation.pk, invitation.link_number], salt=_INVITATION)
    return whole_url(reverse("accept_invitation", args=[token]))


def read_invitation(token: str) -> Invitation | None:
    """The open invitation that a link is of; None when it is none, was used, taken back, replaced or is too old."""
    try:
        invitation_id, link_number = signing.loads(token, salt=_INVITATION)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return open_invitations().filter(pk=invitation_id, link_number=link_number).first()


def open_invitations() -> QuerySet[Invitation]:
    """Those that can still be accepted."""
    return Invitation.objects.filter(state=Invitation.State.OPEN, expires_at__gt=timezone.now())


def password_url(user: User) -> str:
    """Where somebody who lost the password sets a new one; good for PASSWORD_RESET_TIMEOUT."""
    token = signing.dumps([user.pk, default_token_generator.make_token(user)], salt=_PASSWORD)
    return whole_url(reverse("set_lost_password", args=[token]))


def read_password_link(token: str) -> User | None:
    """Whose link it is; None when it was used, is too old, or the person may not log in."""
    try:
        user_id, key = signing.loads(token, salt=_PASSWORD)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user is not None and default_token_generator.check_token(user, key) else None


def new_address_url(user: User, new: str) -> str:
    """Where the new address is confirmed."""
    token = signing.dumps([user.pk, user.email, new, password_mark(user)], salt=_NEW_ADDRESS)
    return whole_url(reverse("confirm_new_address", args=[token]))


def read_new_address(token: str) -> NewAddress | None:
    """None when the link is too old or none of ours."""
    try:
        user_id, old, new, password = signing.loads(token, salt=_NEW_ADDRESS, max_age=NEW_ADDRESS_S)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return NewAddress(user_id, old, new, password)


def password_mark(user: User) -> str:
    """Changes with the password, and tells nothing of it."""
    return salted_hmac(_NEW_ADDRESS, user.password).hexdigest()[:16]
