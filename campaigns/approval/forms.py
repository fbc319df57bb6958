"""The form of the rule."""

from __future__ import annotations

from django import forms

from campaigns.approval.models import ApprovalRule


class RuleForm(forms.ModelForm[ApprovalRule]):
    """From how many people on, and how much growth an approval bears."""

    class Meta:
        model = ApprovalRule
        fields = ("more_than", "tolerance_pct")
