"""What people type about guest lists and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.guests.addresses import read_addresses, require_few
from campaigns.guests.models import GuestList
from campaigns.messages.forms import contact_by_address
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.audience.models import Contact

_EACH_ON_A_LINE = _("One on each line, or with commas between. They need not be contacts.")


def clean_addresses(text: str) -> list[str]:
    """The addresses as they are written to. Raises ValidationError in plain words."""
    try:
        return read_addresses(text)
    except InvalidInput as error:
        raise ValidationError(str(error), code="addresses") from error


class GuestListForm(forms.ModelForm[GuestList]):
    """A name and a few addresses."""

    addresses = forms.CharField(
        label=_("Addresses"), widget=forms.Textarea(attrs={"rows": 8}), help_text=_EACH_ON_A_LINE
    )

    class Meta:
        model = GuestList
        fields = ("name", "addresses")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(kept := self.initial.get("addresses"), list):
            self.initial["addresses"] = "\n".join(kept)

    def clean_addresses(self) -> list[str]:
        return clean_addresses(self.cleaned_data["addresses"])


class TestForm(forms.Form):
    """To whom a test goes, and as whom it is written."""

    __test__ = False  # not a test class

    recipients = forms.CharField(
        label=_("Send it to"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Several with commas between."),
    )
    guest_lists = forms.ModelMultipleChoiceField(
        label=_("and to the guest lists"),
        queryset=GuestList.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    seen_as = forms.CharField(
        label=_("As seen by"), max_length=320, required=False, help_text=_("Begin to type a name or an address.")
    )

    def clean_recipients(self) -> list[str]:
        return clean_addresses(self.cleaned_data["recipients"])

    def clean_seen_as(self) -> Contact | None:
        text = self.cleaned_data["seen_as"]
        if not text:
            return None
        contact = contact_by_address(text)
        if contact is None:
            raise ValidationError(_("There is no contact with the address “%(text)s”."), params={"text": text[:80]})
        return contact

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "recipients" in cleaned and "guest_lists" in cleaned:
            self._require_some(self.addresses())
        return cleaned

    def addresses(self) -> list[str]:
        """Everybody whom the test goes to, each once."""
        guests = [address for guest_list in self.cleaned_data["guest_lists"] for address in guest_list.addresses]
        return list({address.lower(): address for address in [*self.cleaned_data["recipients"], *guests]}.values())

    def _require_some(self, addresses: list[str]) -> None:
        if not addresses:
            self.add_error("recipients", _("Say where the test goes: type an address or choose a guest list."))
        try:
            require_few(len(addresses))
        except InvalidInput as error:
            self.add_error(None, str(error))


def empty_test_form(tester: User) -> TestForm:
    """The form as it opens: the test goes to oneself."""
    return TestForm(initial={"recipients": tester.email})
