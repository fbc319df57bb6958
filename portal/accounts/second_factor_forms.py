"""The code of the second step."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts.codes import may_try, use_code, was_right
from portal.errors import ConfigurationError, Unavailable


class CodeForm(AuthenticateForm):
    """A code of the authenticator app, or a recovery code. Wrong ones count as wrong passwords do."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not may_try(self.user):
            raise ValidationError(_("Too many tries. Wait a quarter of an hour."))
        try:
            factor = use_code(self.user, code)
        except (Unavailable, ConfigurationError) as error:
            raise ValidationError(_("Codes cannot be checked at the moment. A passkey works.")) from error
        if factor is None:
            self._count_failure()
            raise ValidationError(_("This code is wrong, too old, or was used already."))
        was_right(self.user)
        factor.user = self.user
        self.authenticator = factor
        return code

    def _count_failure(self) -> None:
        """As a wrong password: after too many of them the name is locked."""
        credentials = {"username": self.user.get_username()}
        user_login_failed.send(sender=__name__, credentials=credentials, request=context.request)
