"""What people type about contacts: one person's form, and the group that many are put into."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from campaigns.audience.attribute_forms import AttributesForm
from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.audience.services import LIST_NAME_LENGTH, TAG_NAME_LENGTH
from campaigns.importing.typos import is_impossible, suggest_domain
from campaigns.privacy.forgotten import is_forgotten
from portal.address_words import address_problem
from portal.mail.address import InvalidAddress, parse_address

if TYPE_CHECKING:
    from django.http import QueryDict


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone, readable; the first stands for "not known"."""
    names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
    return [("", "–"), *((name, name.replace("_", " ")) for name in names)]


class ContactForm(AttributesForm):
    """One person, with tags as words between commas."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, required=False)
    chosen_lists = forms.ModelMultipleChoiceField(
        ContactList.objects.all(),
        label=_("Lists"),
        widget=forms.CheckboxSelectMultiple(attrs={"data-narrow": _("Find a list")}),
        required=False,
    )
    tag_names = forms.CharField(
        label=_("Tags"),
        help_text=_("With commas between: choir, board."),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    kept_address = forms.CharField(widget=forms.HiddenInput, max_length=320, required=False)  # asked about, and right

    class Meta:
        model = Contact
        fields = ("address", "first_name", "last_name", "time_zone")

    class Media:
        js = (forms.Script("postroom/js/narrow.js", type="module"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        contact = kwargs.get("instance")
        if contact is not None and contact.pk:
            kwargs["initial"] = {**_group_words(contact), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean_address(self) -> str:
        try:
            parsed = parse_address(self.cleaned_data["address"])
        except InvalidAddress as error:
            raise ValidationError(address_problem(error), code=error.code) from error
        known = Contact.objects.filter(address_key=parsed.key).exclude(pk=self.instance.pk).first()
        if known is not None:
            raise ValidationError(_taken_by(known), code="taken")
        if is_forgotten(parsed.key):
            words = gettext("This person asked to be forgotten. Only they can come back, through a sign-up form.")
            raise ValidationError(words, code="forgotten")
        if parsed.key != self.instance.address_key:
            self._question_domain(parsed.address)
        return parsed.address

    def _question_domain(self, address: str) -> None:
        """Ask once about a domain that looks misspelt; one that cannot exist is refused."""
        local_part, _at, domain = address.rpartition("@")
        meant = suggest_domain(domain)
        if meant is None:
            return
        names = {"meant": f"{local_part}@{meant}", "domain": domain}
        if is_impossible(domain):
            raise ValidationError(gettext("There is no domain %(domain)s. Did you mean %(meant)s?") % names)
        if self["kept_address"].value() == address:
            return
        answers = cast("QueryDict", self.data).copy()
        answers[self.add_prefix("kept_address")] = address
        self.data = answers  # the next Save is the answer
        raise ValidationError(
            gettext("Did you mean %(meant)s? Mend it, or press Save again to keep %(domain)s.") % names
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        key = str(cleaned.get("address", "")).lower()
        chosen = cleaned.get("chosen_lists") or ContactList.objects.none()
        left = chosen.filter(opt_outs__address_key=key).values_list("name", flat=True)
        if names := list(left):
            words = gettext(
                "They left “%s” themselves, so nobody puts them back here. Their page can let them back on."
            )
            self.add_error("chosen_lists", words % "”, “".join(names))
        return cleaned

    def clean_tag_names(self) -> str:
        names = split_tags(self.cleaned_data["tag_names"])
        if any(len(name) > TAG_NAME_LENGTH for name in names):
            raise ValidationError(gettext("A tag has at most %d characters.") % TAG_NAME_LENGTH)
        return ", ".join(names)


def split_tags(text: str) -> list[str]:
    """Tag names between commas, without repeats."""
    return list(dict.fromkeys(" ".join(part.split()) for part in text.replace("\0", "").split(",") if part.strip()))


def _taken_by(contact: Contact) -> SafeString:
    link = format_html('<a href="{}">{}</a>', reverse("admin:campaigns_contact_person", args=[contact.pk]), contact)
    return format_html(gettext("This address is here already: {}."), link)


def _group_words(contact: Contact) -> dict[str, Any]:
    return {
        "chosen_lists": list(contact.lists.values_list("pk", flat=True)),
        "tag_names": ", ".join(contact.tags.values_list("name", flat=True)),
    }


class _GroupForm(forms.Form):
    """An existing group or the name of a new one."""

    group: forms.ModelChoiceField[Any]
    new_name: forms.CharField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("group")) == bool(cleaned.get("new_name", "").strip()):
            raise ValidationError(self.fields["group"].error_messages["one"])
        return cleaned


class ListForm(_GroupForm):
    """Which list people are put on."""

    group = forms.ModelChoiceField(
        ContactList.objects.all(), label=_("List"), empty_label=_("choose…"), required=False,
        error_messages={"one": _("Choose a list, or write the name of a new one.")},
    )  # fmt: skip
    new_name = forms.CharField(label=_("or a new list called"), max_length=LIST_NAME_LENGTH, required=False)


class TagForm(_GroupForm):
    """Which tag people get."""

    group = forms.ModelChoiceField(
        Tag.objects.all(), label=_("Tag"), empty_label=_("choose…"), required=False,
        error_messages={"one": _("Choose a tag, or write a new one.")},
    )  # fmt: skip
    new_name = forms.CharField(label=_("or a new tag"), max_length=TAG_NAME_LENGTH, required=False)


class LeaveListForm(forms.Form):
    """Which list people are taken off."""

    group = forms.ModelChoiceField(ContactList.objects.all(), label=_("List"), empty_label=_("choose…"))


class TakeTagForm(forms.Form):
    """Which tag is taken off people."""

    group = forms.ModelChoiceField(Tag.objects.all(), label=_("Tag"), empty_label=_("choose…"))
