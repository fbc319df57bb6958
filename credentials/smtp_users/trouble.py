"""What can go wrong on the way, and how that is told to people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.aws import iam
from portal.errors import AuthExpired, ConfigurationError, InvalidInput, OutsideError, PortalError, Refused, Throttled


class NotYet(PortalError):
    """Nothing is wrong: AWS needs some more seconds."""

    def __init__(self, retry_in_s: float) -> None:
        super().__init__(f"again in {retry_in_s:.0f} s")
        self.retry_in_s = retry_in_s


class LoginRefused(PortalError):
    """The endpoint answered and did not take name and password: of a new key, for some seconds, that is no wonder."""


class EndpointAway(PortalError):
    """The endpoint could not be asked; the text says why, in plain words."""


class TooManyKeys(PortalError):
    """IAM has as many keys for this user as it allows; some may not be ours."""

    def __init__(self, strangers: list[str]) -> None:
        super().__init__("no room for another key")
        self.strangers = strangers


def words_of(error: PortalError) -> str:
    """What went wrong and what to do, in plain words; no secret and no address in it."""
    if isinstance(error, LoginRefused | EndpointAway):
        return _words_of_login(error)
    if isinstance(error, TooManyKeys):
        return _words_of_keys(error)
    if isinstance(error, OutsideError):
        return _words_of_service(error)
    if isinstance(error, InvalidInput):
        return _("The allowed senders cannot be made a policy: %(what)s.") % {"what": error}
    if isinstance(error, ConfigurationError):
        return _("No password can be sealed: %(what)s") % {"what": error}
    return str(error)


def _words_of_login(error: LoginRefused | EndpointAway) -> str:
    if isinstance(error, LoginRefused):
        return _("SES does not take the new password. It is tried again; if this stays, look whether SES works there.")
    return _("The login could not be tried: %(what)s Open the port for the workers, or set SMTP_LOGIN_PROOF=no.") % {
        "what": error
    }


def _words_of_keys(error: TooManyKeys) -> str:
    if not error.strangers:
        return _("IAM has two keys for this user already, and allows no third one.")
    return _("IAM has two keys for this user already; Postroom did not make %(keys)s. Delete it on IAM.") % {
        "keys": ", ".join(error.strangers)
    }


def _words_of_service(error: OutsideError) -> str:
    if error.service == "kms":
        return _("The key service (KMS) does not answer, so no password can be sealed. Nothing is made without.")
    if isinstance(error, Throttled):
        return _("AWS asks Postroom to be slower.")
    if isinstance(error, AuthExpired):
        return _("AWS does not accept the credentials of Postroom itself.")
    if isinstance(error, Refused):
        return _words_of_refusal(error)
    return _("AWS IAM did not answer properly.")


def _words_of_refusal(error: Refused) -> str:
    if error.is_denied:
        return _("AWS does not let Postroom do this: %(what)s") % {"what": error}
    if error.code == iam.LIMIT:
        return _("A limit of IAM is reached: %(what)s") % {"what": error}
    if error.code == iam.CONFLICT:
        return _("Somebody gave the IAM user more than Postroom did; take it away on IAM: %(what)s") % {"what": error}
    if error.code == iam.MISSING:
        return _("IAM does not know what Postroom made: %(what)s") % {"what": error}
    return _("AWS refused: %(what)s") % {"what": error}
