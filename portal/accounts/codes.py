"""Codes of authenticator apps and recovery codes: each is good once, over all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction
from django.utils.crypto import constant_time_compare

from portal.accounts.cipher import open_secret
from portal.ratelimit import give_back_turn, take_turn

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TRIES, TRIES_S = 10, 900
_CODED = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
_LAST_COUNTER = "last_counter"


def may_try(user: User) -> bool:
    """Count one more password or code that this person tried; False when there were too many lately."""
    return take_turn("account_code", str(user.pk), limit=TRIES, per_s=TRIES_S)


def was_right(user: User) -> None:
    """The try that `may_try` counted was none that limits the next."""
    give_back_turn("account_code", str(user.pk), per_s=TRIES_S)


def use_code(user: User, code: str) -> Authenticator | None:
    """The factor that this code is of, which it is good for only now; None when it is of none.

    Raises Unavailable and ConfigurationError when the secrets cannot be opened.
    """
    plain = "".join(code.split()).replace("-", "")
    for factor in Authenticator.objects.filter(user_id=user.pk, type__in=_CODED):
        takes = _takes_totp if factor.type == Authenticator.Type.TOTP else _takes_recovery_code
        if takes(factor, plain):
            return factor
    return None


def _takes_totp(factor: Authenticator, code: str) -> bool:
    secret = open_secret(factor.data["secret"])
    counter = next(
        (
            counter
            for counter in yield_hotp_counters_from_time()
            if constant_time_compare(code, format_hotp_value(hotp_value(secret, counter)))
        ),
        None,
    )
    return counter is not None and _note_use(factor.pk, counter)


def _note_use(factor_id: int, counter: int) -> bool:
    """False when this code, or a later one, was used before."""
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().get(pk=factor_id)
        if counter <= factor.data.get(_LAST_COUNTER, 0):
            return False
        factor.data[_LAST_COUNTER] = counter
        factor.save(update_fields=["data"])
        return True


def _takes_recovery_code(factor: Authenticator, code: str) -> bool:
    codes = factor.wrap()
    codes.generate_codes()  # opens the secret before the transaction, in which it is then known
    return bool(codes.validate_code(code))
