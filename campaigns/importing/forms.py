"""What people give on the pages of an import: a file, how it is read, where its columns go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t, gettext_lazy as _

from campaigns.audience.models import ContactList
from campaigns.importing import columns as targets
from campaigns.importing.format_words import DELIMITERS, ENCODINGS
from campaigns.importing.inspection import Overrule
from campaigns.importing.models import OnExisting
from campaigns.importing.services import Choices

if TYPE_CHECKING:
    from campaigns.importing.models import ContactImport

FIELD = "field"  # a field of the contact with a name of its own
TARGET_CHOICES = (
    (targets.ADDRESS, _("E-mail address")),
    (targets.FIRST_NAME, _("First name")),
    (targets.LAST_NAME, _("Last name")),
    (targets.FULL_NAME, _("First and last name in one")),
    (targets.TAGS, _("Tags")),
    (targets.TIME_ZONE, _("Time zone")),
    (FIELD, _("A field of its own")),
    (targets.IGNORE, _("Leave out")),
)


class FileForm(forms.Form):
    """The plain way to bring a file, for browsers without scripts."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,  # so that the answer is ours
        error_messages={"required": _("Choose a file first.")},
    )


class FormatForm(forms.Form):
    """How the file is read."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=tuple(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=tuple(DELIMITERS.items()))
    has_header = forms.BooleanField(label=_("first row is a header"), required=False)

    def __init__(self, *args: Any, contact_import: ContactImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("encoding", ENCODINGS), ("delimiter", DELIMITERS)):
            found = getattr(contact_import, name)
            self.initial.setdefault(name, found)
            if found not in known:
                self.fields[name].choices = [(found, found), *known.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("has_header", contact_import.has_header)

    def overrule(self) -> Overrule:
        """What the person says about the file; call it on a valid form."""
        chosen = self.cleaned_data
        return Overrule(chosen["encoding"], chosen["delimiter"], has_header=chosen["has_header"])


class ColumnsForm(forms.Form):
    """A target for each column, and what is done with the people."""

    on_existing = forms.ChoiceField(label=_("If someone is already here"), choices=OnExisting.choices)
    contact_list = forms.ModelChoiceField(
        label=_("Put them on a list"), queryset=ContactList.objects.all(), required=False, empty_label=_("no list")
    )
    new_list = forms.CharField(label=_("or on a new list"), max_length=120, required=False)
    tags = forms.CharField(
        label=_("Add tags"), max_length=1000, required=False, help_text=_("Several with commas between them.")
    )
    consent = forms.BooleanField(
        label=_("These people agreed to get mail from us"),
        required=False,
        help_text=_("Kept with the import: who said so, and when."),
    )

    def __init__(self, *args: Any, contact_import: ContactImport, may_add_list: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns = contact_import.columns
        for number, column in enumerate(self._columns):
            self._add_column(number, column["name"], column["target"])
        self.initial.setdefault("on_existing", contact_import.on_existing)
        self.initial.setdefault("contact_list", contact_import.contact_list_id)
        self.initial.setdefault("consent", contact_import.consent)
        if not may_add_list:
            del self.fields["new_list"]

    def clean_new_list(self) -> str:
        return " ".join(str(self.cleaned_data["new_list"]).split())

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if chosen.get("contact_list") and chosen.get("new_list"):
            self.add_error(
                "new_list", ValidationError(_t("Choose a list or name a new one, not both."), code="two_lists")
            )
        return chosen

    def choices(self) -> Choices:
        """What was chosen; call it on a valid form."""
        chosen = self.cleaned_data
        return Choices(
            targets=[self._target(number) for number in range(len(self._columns))],
            on_existing=chosen["on_existing"],
            contact_list=chosen["contact_list"],
            new_list_name=chosen.get("new_list", ""),
            tag_names=chosen["tags"].split(","),
            consent=chosen["consent"],
        )

    def _add_column(self, number: int, name: str, target: str) -> None:
        is_field = target.startswith(targets.ATTRIBUTE_PREFIX)
        self.fields[f"target_{number}"] = forms.ChoiceField(
            choices=TARGET_CHOICES,
            initial=FIELD if is_field else target,
            label=_t("“%s” goes to") % name,
        )
        self.fields[f"field_{number}"] = forms.CharField(
            required=False,
            max_length=60,
            initial=target.removeprefix(targets.ATTRIBUTE_PREFIX)
            if is_field
            else targets.attribute_name(name, number=number + 1),
            label=_t("Name of the field for “%s”") % name,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "list": "known-fields"}),
        )

    def _target(self, number: int) -> str:
        target = str(self.cleaned_data[f"target_{number}"])
        if target != FIELD:
            return target
        return targets.ATTRIBUTE_PREFIX + str(self.cleaned_data[f"field_{number}"]).strip()
