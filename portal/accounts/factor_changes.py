"""Second factors as they come and go: the deeds, what is recorded of them, and the mail that tells the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import clear_totp_secret
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from portal.accounts.cipher import forget_secrets, keep_secret
from portal.accounts.models import AccountMail
from portal.accounts.outbox import queue_mail
from portal.accounts.sessions import end_logins
from portal.activity import record_activity

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

_CODES = Authenticator.Type.RECOVERY_CODES


def add_app(request: HttpRequest, user: User, secret: str) -> None:
    """An authenticator app whose first code was right; with recovery codes when there are none yet.

    Secrets are sealed before the transaction: KMS may be slow.
    """
    app_secret, seed = keep_secret(secret), keep_secret(RecoveryCodes.generate_seed())
    with transaction.atomic():
        app = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": app_secret})
        if Authenticator.objects.filter(user=user, type=_CODES).exists():
            forget_secrets([seed])
        else:
            _keep_codes(user, seed)
        _tell_added(request, user, app)
    clear_totp_secret(request)


def make_codes(request: HttpRequest, user: User) -> None:
    """New recovery codes; earlier ones are void."""
    seed = keep_secret(RecoveryCodes.generate_seed())
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=_CODES).delete()
        _keep_codes(user, seed)
        record_activity("person.codes_made", actor=user, target=user)
        queue_mail(AccountMail.Kind.CODES_MADE, user.email, user=user)


def reset_factors(user: User, *, actor: User | None) -> None:
    """Take all factors of somebody away who lost them, and end the sessions; the person is told by mail."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        end_logins(user, actor=actor)
        record_activity("person.factors_reset", actor=actor, target=user)
        queue_mail(AccountMail.Kind.FACTORS_RESET, user.email, user=user)


@receiver(signals.authenticator_added)
def note_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """allauth's own way, which passkeys take."""
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        with transaction.atomic():
            _tell_added(request, user, authenticator)


@receiver(signals.authenticator_removed)
def note_removed(*, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Taken off by the person."""
    if authenticator.type == _CODES:  # they went with the last factor
        return
    with transaction.atomic():
        record_activity("person.factor_removed", actor=user, target=user, factor=authenticator.type)
        queue_mail(AccountMail.Kind.FACTOR_REMOVED, user.email, user=user)


@receiver(post_delete, sender=Authenticator)
def forget_sealed(*, instance: Authenticator, **_signal: Any) -> None:
    """The sealed rows go with the factor that they are of."""
    forget_secrets([instance.data[name] for name in ("secret", "seed") if name in instance.data])


def _tell_added(request: HttpRequest, user: User, factor: Authenticator) -> None:
    """Sessions of before, which knew a password alone, end; this one goes on."""
    end_logins(user, actor=user, but=request.session.session_key)
    record_activity("person.factor_added", actor=user, target=user, factor=factor.type)
    queue_mail(AccountMail.Kind.FACTOR_ADDED, user.email, user=user)


def _keep_codes(user: User, seed: str) -> None:
    Authenticator.objects.create(user=user, type=_CODES, data={"seed": seed, "used_mask": 0})
