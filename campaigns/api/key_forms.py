"""What operators type about an API key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.guests.models import GuestList
from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import MOST_PER_MINUTE, KeyWishes


class ApiKeyForm(forms.Form):
    """A key: what it is called, what it may do, how often, until when."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("The program that uses it."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=(
            (ApiKey.Kind.LIVE, _("Live: mail goes out")),
            (ApiKey.Kind.TEST, _("For tests: everything is accepted, mail goes to guests only")),
        ),
        widget=forms.RadioSelect,
        initial=ApiKey.Kind.LIVE,
    )
    guest_list = forms.ModelChoiceField(
        label=_("Guests of a test key"),
        queryset=GuestList.objects.all(),
        required=False,
        empty_label=_("nobody"),
        help_text=_("Only these people get what the key sends. Contacts and lists that it writes are real."),
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=MOST_PER_MINUTE, initial=600,
        help_text=_("Beyond them it is asked to wait."),
    )  # fmt: skip
    expires_at = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Left empty: until it is revoked."),
    )

    def __init__(self, *args: Any, key: ApiKey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if key is not None:
            del self.fields["kind"]
            if not key.is_test:
                del self.fields["guest_list"]
            self.initial = {
                "name": key.name, "scopes": key.scopes, "per_minute": key.per_minute, "expires_at": key.expires_at,
                "guest_list": key.guest_list_id,
            }  # fmt: skip

    def wishes(self) -> KeyWishes:
        """What was typed, for the services; ask a valid form."""
        given = self.cleaned_data
        guest_list = given.get("guest_list")
        return KeyWishes(
            given["name"],
            given["scopes"],
            kind=given.get("kind") or ApiKey.Kind.LIVE,
            per_minute=given["per_minute"],
            expires_at=given["expires_at"],
            guest_list_id=guest_list.pk if guest_list else None,
        )
