"""What django-allauth asks about second factors, and the step of the login in which they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings

from portal.accounts.cipher import keep_secret, open_secret
from portal.roles import OWNER

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for them


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed; the last factor stays where one is required."""

    def encrypt(self, text: str) -> str:
        return keep_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_secret(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.INSTALLATION_NAME)

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        return str(settings.INSTALLATION_NAME)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        if not is_second_factor_required(user):
            return True
        return bool(factors_of(user).exclude(pk=authenticator.pk).exists())

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """The signals of allauth.mfa lead to portal.accounts.outbox."""


class SecondStep(AuthenticateStage):
    """After the password or single sign-on: the code or the passkey of whoever has one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if settings.OIDC_COUNTS_AS_TWO_FACTOR and "sociallogin" in (self.login.signal_kwargs or {}):
            return False
        return bool(super()._should_handle(request))


def factors_of(user: User) -> Any:
    """The person's authenticator apps and passkeys."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=REAL_FACTORS)


def has_second_factor(user: User) -> bool:
    """Whether a login of this person asks for a second step."""
    return bool(factors_of(user).exists())


def is_second_factor_required(user: User) -> bool:
    """Whether this person must have one, as REQUIRE_TWO_FACTOR says."""
    if settings.REQUIRE_TWO_FACTOR == "owners":
        return user.is_superuser or user.groups.filter(name=OWNER).exists()
    return bool(settings.REQUIRE_TWO_FACTOR == "all")
