"""What mails about accounts say. Links are made here, while the mail is sent, and stand nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from portal.accounts.links import invitation_url, new_address_url, open_invitations, password_url
from portal.accounts.models import AccountMail
from portal.whole_urls import whole_url

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Told:
    """A mail in words."""

    subject: str
    text: str


_Kind = AccountMail.Kind
# Subject and what happened, for the kinds that only tell.
_NEWS: dict[str, tuple[str | Promise, str | Promise]] = {
    _Kind.PASSWORD_CHANGED: (
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    _Kind.ADDRESS_CHANGED: (
        gettext_lazy("Your address was changed"),
        gettext_lazy("Mails about your account go to another address from now on, no longer to this one."),
    ),
    _Kind.FACTOR_ADDED: (
        gettext_lazy("Your login has a new second step"),
        gettext_lazy("An authenticator app or a passkey was added to your account."),
    ),
    _Kind.FACTOR_REMOVED: (
        gettext_lazy("A second step of your login was removed"),
        gettext_lazy("An authenticator app or a passkey was removed from your account."),
    ),
    _Kind.FACTORS_RESET: (
        gettext_lazy("The second step of your login was reset"),
        gettext_lazy("An owner of the portal removed your authenticator app, passkeys and recovery codes."),
    ),
    _Kind.SIGN_ON_REMOVED: (
        gettext_lazy("Single sign-on was disconnected"),
        gettext_lazy("Single sign-on was disconnected from your account; your password lets you in."),
    ),
    _Kind.CODES_MADE: (
        gettext_lazy("You have new recovery codes"),
        gettext_lazy("New recovery codes were made for your account; earlier ones are void."),
    ),
}


def words_of(mail: AccountMail) -> Told | None:
    """Subject and text; None when there is nothing to say any more."""
    if mail.kind == _Kind.INVITATION:
        return _invitation(mail)
    if mail.kind == _Kind.NOTICE:
        return _told(mail.subject, [mail.text])
    if mail.kind == _Kind.PASSWORD_LOST:
        return _password_lost(mail.recipient)
    if mail.user is None:
        return None
    if mail.kind == _Kind.NEW_ADDRESS:
        return _new_address(mail.user, mail.recipient)
    return _news(mail.user, *_NEWS[mail.kind])


def _invitation(mail: AccountMail) -> Told | None:
    invitation = open_invitations().filter(mails=mail).first()
    if invitation is None:
        return None
    who = invitation.invited_by
    name = (who.get_full_name() or who.get_username()) if who else settings.INSTALLATION_NAME
    lines = [
        _("%(name)s invites you to work with %(portal)s.") % {"name": name, "portal": settings.INSTALLATION_NAME},
        _("Choose your name and password here:"),
        invitation_url(invitation),
        _("The link works once, until %s UTC.") % invitation.expires_at.strftime("%Y-%m-%d %H:%M"),
        _("If you do not know what this is about, do nothing."),
    ]
    return _told(_("You are invited"), lines)


def _password_lost(recipient: str) -> Told | None:
    """The links of all accounts with this address; None when there is none."""
    people = [
        user
        for user in User.objects.filter(email__iexact=recipient, is_active=True, is_staff=True).order_by("pk")[:5]
        if user.has_usable_password()
    ]
    if not people:
        return None
    lines = [_("Somebody, perhaps you, asked for a new password. Set it here:")]
    lines += [f"{user.get_username()}: {password_url(user)}" for user in people]
    lines += [_("The link works once, for a few hours."), _("If it was not you, do nothing: your password stays.")]
    return _told(_("Set a new password"), lines)


def _new_address(user: User, new: str) -> Told:
    lines = [
        _("Mails about the account %s shall go to this address. Confirm it here:") % user.get_username(),
        new_address_url(user, new),
        _("The link works for a day. If you do not know what this is about, do nothing."),
    ]
    return _told(_("Confirm your address"), lines)


def _news(user: User, subject: str | Promise, what: str | Promise) -> Told:
    lines = [
        str(what),
        _("Account: %s") % user.get_username(),
        _("If it was not you, set a new password at once and tell an owner of the portal: %s")
        % whole_url(reverse("lost_password")),
    ]
    return _told(str(subject), lines)


def _told(subject: str, lines: list[str]) -> Told:
    return Told(f"{settings.INSTALLATION_NAME}: {subject}", "\n\n".join(lines) + "\n")
