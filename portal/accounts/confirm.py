"""Asking somebody who is logged in once more who they are, before a deed that a stolen browser must not do.

form = ConfirmIdentityForm(request.POST or None)
if request.method == "POST" and form.is_valid() and confirm_identity(request, form): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from portal.accounts.codes import may_try, use_code, was_right
from portal.errors import ConfigurationError, Unavailable
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest


class ConfirmIdentityForm(forms.Form):
    """One field: the own password, or a code of the own second factor. Any form may take it over under this name."""

    proof = forms.CharField(
        label=gettext_lazy("Your password"),
        help_text=gettext_lazy("Or a code of your authenticator app."),
        max_length=200,
        strip=False,
        required=False,  # whoever has neither has confirmed otherwise
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def confirm_identity(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the valid `form` proves that this is the person who is logged in; if not, its field says why.

    Of the person's last tries ten in a quarter of an hour are looked at. Whoever has neither a password nor an
    authenticator app must have confirmed with a passkey lately, or have logged in by single sign-on.
    """
    person, proof = actor_of(request), form.cleaned_data.get("proof", "")
    if not (person.has_usable_password() or _has_app(person)):
        return _has_confirmed(request, form)
    if not may_try(person):
        form.add_error("proof", _("Too many tries. Wait a quarter of an hour."))
        return False
    try:
        is_right = person.check_password(proof) or use_code(person, proof) is not None
    except (Unavailable, ConfigurationError):
        form.add_error("proof", _("Codes cannot be checked at the moment. Use your password."))
        return False
    if not is_right:
        form.add_error("proof", _("That is neither your password nor a code that is valid now."))
        return False
    was_right(person)
    record_authentication(request, person, "password", reauthenticated=True)
    return True


def _has_app(person: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).exists())


def _has_confirmed(request: HttpRequest, form: forms.Form) -> bool:
    if did_recently_reauthenticate(request):
        return True
    form.add_error("proof", _("Confirm with your passkey first, under My account."))
    return False
