"""What people type about an A/B test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.messages.forms import ONE_LINE_BREAK, clean_one_line, offer_layouts
from campaigns.sending.models import Campaign
from campaigns.splits.drafts import SplitSettings
from campaigns.splits.models import LARGEST_SHARE, SMALLEST_SHARE, SplitTest, letter_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.splits.versions import Version

WAITS = (
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
    (1440, _("1 day")),
    (2880, _("2 days")),
    (10080, _("7 days")),
)


class SplitForm(forms.ModelForm[SplitTest]):
    """How a test is made; where only subjects differ, the subjects too, in `subject_2` to `subject_4`."""

    wait_minutes = forms.TypedChoiceField(
        label=_("Time to wait for answers"), coerce=int, choices=WAITS, initial=240,
        help_text=_("Counted from when everybody in the test has been written to."),
    )  # fmt: skip

    class Meta:
        model = SplitTest
        fields = ("tests", "share_percent", "wait_minutes", "rule", "when_unclear")
        widgets = {"tests": forms.RadioSelect, "rule": forms.RadioSelect, "when_unclear": forms.RadioSelect}
        help_texts = {
            "share_percent": _("Percent, shared evenly by the versions. Everybody else waits for the winner."),
        }

    def __init__(self, *args: Any, versions: Sequence[Version] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("tests", SplitTest.Tests),
            ("rule", SplitTest.Rule),
            ("when_unclear", SplitTest.WhenUnclear),
        ):
            self.fields[name].choices = choices.choices  # type: ignore[attr-defined]  # without the empty one
        self.fields["share_percent"].widget.attrs |= {"min": SMALLEST_SHARE, "max": LARGEST_SHARE}
        self.versions = [version for version in versions if version.number > 1]
        if self.instance.tests != SplitTest.Tests.SUBJECT:
            self.versions = []
        for version in self.versions:
            label = _("Subject of version %s") % letter_of(version.number)
            self.fields[f"subject_{version.number}"] = forms.CharField(
                label=label, max_length=300, required=False, initial=version.subject
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for version in self.versions:
            name = f"subject_{version.number}"
            if ONE_LINE_BREAK.search(str(self.cleaned_data.get(name, ""))):
                self.add_error(name, ValidationError(_("This must stay on one line: take the line break out.")))
        return cleaned

    def settings(self) -> SplitSettings:
        """How the test is made; call it on a valid form."""
        return SplitSettings(**{name: self.cleaned_data[name] for name in self.Meta.fields})

    def subjects(self) -> dict[int, str]:
        """The typed subjects by version."""
        return {version.number: self.cleaned_data[f"subject_{version.number}"] for version in self.versions}

    @property
    def subject_fields(self) -> list[forms.BoundField]:
        """The subjects' fields, in order."""
        return [self[f"subject_{version.number}"] for version in self.versions]


class VersionForm(forms.ModelForm[Campaign]):
    """What one version says; a broken message may be saved, it only cannot be sent."""

    class Meta:
        model = Campaign
        fields = ("subject", "preheader", "kind", "house_layout", "body", "text_body", "embeds_images")
        widgets = {
            "kind": forms.RadioSelect,
            "body": forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
            "text_body": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Campaign.Kind.choices  # type: ignore[attr-defined]  # without the empty one
        offer_layouts(self.fields["house_layout"])

    def clean_subject(self) -> str:
        return clean_one_line(self.cleaned_data["subject"])

    def clean_preheader(self) -> str:
        return clean_one_line(self.cleaned_data["preheader"])
