"""What people say about images."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.images.models import Image


class ImageForm(forms.ModelForm[Image]):
    """Name and alternative text; one of text and "only decoration" is asked for."""

    class Meta:
        model = Image
        fields = ("name", "alt_text", "is_decorative")
        widgets = {"alt_text": forms.Textarea(attrs={"rows": 2})}

    def clean_alt_text(self) -> str:
        return " ".join(str(self.cleaned_data["alt_text"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("alt_text") and not cleaned.get("is_decorative"):
            text = _("Say what the picture shows, or tick that it is only decoration.")
            raise ValidationError({"alt_text": text})
        return cleaned
