"""Forms of accounts: invitations, lost passwords, the own name and address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from portal.accounts.confirm import ConfirmIdentityForm
from portal.mail.address import InvalidAddress, parse_address
from portal.people_admin import RoleField

_ADDRESS = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


class NameForm(forms.Form):
    """How others see the person."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)


class InviteForm(forms.Form):
    """Whom, and with which roles."""

    address = forms.CharField(label=gettext_lazy("E-mail address"), max_length=320, widget=forms.TextInput(_ADDRESS))
    roles = RoleField(
        queryset=Group.objects.order_by("id"),
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("What this person may do"),
    )


class JoinForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]
    """What an invited person says."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("With it you log in."),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    full_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Somebody has this user name already."))
        return username

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        self.validate_password_for_user(User(username=self.cleaned_data.get("username", "")))
        return super().clean() or self.cleaned_data


class LostPasswordForm(forms.Form):
    """Where the link shall go."""

    address = forms.CharField(
        label=gettext_lazy("Your e-mail address"), max_length=320, widget=forms.TextInput(_ADDRESS)
    )


class AddressForm(ConfirmIdentityForm):
    """The new address, and the proof that it is the person who wants it."""

    address = forms.CharField(
        label=gettext_lazy("New e-mail address"), max_length=320, widget=forms.TextInput(_ADDRESS)
    )
    field_order = ("address", "proof")

    def clean_address(self) -> str:
        try:
            return parse_address(self.cleaned_data["address"]).address
        except InvalidAddress as error:
            raise ValidationError(_("This is no e-mail address.")) from error
