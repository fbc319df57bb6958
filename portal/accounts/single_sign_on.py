"""Who gets in by single sign-on (OpenID Connect), and with which roles.

A known person by the provider's own name for them; else by a verified address: somebody who has an account, somebody
invited, or anybody of the allowed domains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.accounts.invitations import Newcomer, accept, invitation_for
from portal.accounts.people import free_username, guard_last_owner, make_person
from portal.activity import record_activity
from portal.errors import Conflict
from portal.mail.address import InvalidAddress, parse_address
from portal.roles import OWNER

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of somebody; `address` "" unless it is one that the provider has verified."""

    address: str
    address_key: str
    username: str
    full_name: str
    groups: frozenset[str]


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the portal knows or expects; nobody else gets an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Before the login: find or make the person, and bring the roles up to date."""
        claims = read_claims(sociallogin.account.extra_data)
        try:
            if not sociallogin.is_existing:
                sociallogin.connect(request, _admit(claims))
            elif settings.OIDC_ROLES:
                follow_roles(sociallogin.user, claims)
        except Conflict as error:
            raise ImmediateHttpResponse(refusal(request, str(error), status=403)) from error

    def on_authentication_error(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> None:
        """The provider said no, could not be asked, or said something that cannot be believed."""
        text = _("The provider did not confirm who you are. Try it once more.")
        raise ImmediateHttpResponse(refusal(request, text, status=400))


def refusal(request: HttpRequest, text: str, *, status: int) -> Any:
    """The page that says why somebody is not let in."""
    return render(request, "accounts/sign_on_refused.html", {"text": text}, status=status)


def read_claims(extra: dict[str, Any]) -> Claims:
    """Of the userinfo and the id_token, as allauth keeps them; the id_token, which is signed, goes first."""
    said: dict[str, Any] = {**extra.get("userinfo", {}), **extra.get("id_token", {})}
    address, key = _verified_address(said)
    groups = said.get(settings.OIDC_ROLES_CLAIM) or []
    return Claims(
        address=address,
        address_key=key,
        username=str(said.get("preferred_username") or address.partition("@")[0]),
        full_name=str(said.get("name") or ""),
        groups=frozenset(map(str, groups if isinstance(groups, list) else [groups])),
    )


def roles_of(claims: Claims) -> list[Group]:
    """The roles that OIDC_ROLES gives for the groups, else OIDC_DEFAULT_ROLE."""
    pairs = [pair.rpartition("=") for pair in settings.OIDC_ROLES]
    names = {role for group, _sign, role in pairs if group in claims.groups} or {settings.OIDC_DEFAULT_ROLE}
    return list(Group.objects.filter(name__in=names))


def follow_roles(user: User, claims: Claims) -> None:
    """Give the person the roles that the provider's groups stand for. The last Owner stays one, and gets in."""
    with transaction.atomic():
        before = set(user.groups.values_list("name", flat=True))
        wanted = {role.name for role in roles_of(claims)}
        if OWNER in before - wanted and _is_last_owner(user):
            wanted.add(OWNER)
        if before == wanted:
            return
        user.groups.set(Group.objects.filter(name__in=wanted))
        record_activity("person.roles_followed", actor=None, target=user, roles=sorted(wanted))


def _is_last_owner(user: User) -> bool:
    try:
        guard_last_owner([user.pk])
    except Conflict:
        return True
    return False


def _admit(claims: Claims) -> User:
    """Who it is. Raises Conflict with the reason when it is nobody who is known or expected."""
    if not claims.address:
        raise Conflict(_("The provider names no verified address of yours, so you cannot be recognised."))
    known = list(User.objects.filter(email__iexact=claims.address)[:2])
    if len(known) > 1:
        raise Conflict(_("Several accounts have your address. Ask an owner of the portal."))
    if known:
        return _connect(known[0], claims)
    newcomer = Newcomer(free_username(claims.username), claims.full_name)
    if (invitation := invitation_for(claims.address_key)) is not None:
        return accept(invitation, newcomer, roles=roles_of(claims) if settings.OIDC_ROLES else None)
    if claims.address_key.rpartition("@")[2] in {domain.lower() for domain in settings.OIDC_ALLOWED_DOMAINS}:
        return _join(newcomer, claims)
    raise Conflict(_("You are not invited. Ask an owner of the portal for an invitation."))


def _connect(user: User, claims: Claims) -> User:
    record_activity("person.sign_on_connected", actor=None, target=user)
    if settings.OIDC_ROLES:
        follow_roles(user, claims)
    return user


def _join(newcomer: Newcomer, claims: Claims) -> User:
    with transaction.atomic():
        user = make_person(newcomer.username, claims.address, roles_of(claims), full_name=newcomer.full_name)
        names = [role.name for role in user.groups.all()]
        record_activity("person.joined", actor=user, target=user, roles=names, way="single sign-on")
    return user


def _verified_address(said: dict[str, Any]) -> tuple[str, str]:
    is_verified = said.get("email_verified") in (True, "true") or settings.OIDC_TRUSTS_ADDRESSES
    try:
        parsed = parse_address(str(said.get("email") or ""))
    except InvalidAddress:
        return "", ""
    return (parsed.address, parsed.key) if is_verified else ("", "")
