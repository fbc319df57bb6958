"""Showing the password of an SMTP user: opened when it is asked for, recorded, and kept nowhere on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from credentials.encryption.services import unseal
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser
from credentials.smtp_users.names import cut_logins_short
from portal.activity import record_activity
from portal.errors import ConfigurationError, Conflict, Unavailable

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Opened:
    """A login in the clear, for one answer."""

    key: SmtpKey
    password: str = field(repr=False)


def reveal_password(user_id: int, *, actor: User) -> Opened:
    """The current login, for somebody whose identity the caller has confirmed. Raises as `open_password`."""
    smtp_user = SmtpUser.objects.get(pk=user_id)
    opened = open_password(smtp_user)
    record_activity("smtp_user.revealed", actor=actor, target=smtp_user, key=cut_logins_short(opened.key.access_key_id))
    return opened


def open_password(smtp_user: SmtpUser) -> Opened:
    """The current login, opened. Raises Conflict when there is none, and Unavailable in plain words when it cannot be
    opened now.
    """
    key = smtp_user.current_key
    if key is None:
        raise Conflict(_("There is no password yet: it is shown when a login with it has worked."))
    if smtp_user.is_leaving:
        raise Conflict(_("This SMTP user is being deleted; its password is not shown any more."))
    if not key.sealed_password:
        raise Conflict(_("The password was made by an older system and is not known here. Make a new one."))
    return Opened(key, _open(key))


def _open(key: SmtpKey) -> str:
    try:
        return unseal(key.sealed_password, table=SEALED_FOR, row=key.row)
    except Unavailable as error:
        text = _("The key service (KMS) does not answer, so the password cannot be opened now. Try again in a minute.")
        raise Unavailable(text, service=error.service, code=error.code) from error
    except ConfigurationError as error:
        text = _(
            "The password cannot be opened: the master key is missing or refuses. Whoever runs Postroom finds why in the log."
        )
        raise ConfigurationError(text) from error
