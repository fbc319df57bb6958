"""Everything with a person in it is either exported and forgotten, or on the list of exceptions with its reason."""

from __future__ import annotations

import pytest
from django.apps import apps

from campaigns.privacy.holdings import EXCEPTIONS, HOLDINGS

OWN_APPS = ("campaigns", "portal", "routing", "credentials")
TELLING = ("address", "recipient", "contact", "delivery_id", "e_mail", "email")


def labels_with_people() -> list[str]:
    """Models whose columns sound like a person: an address, a contact, a delivery."""
    models = [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]
    return sorted(
        model._meta.label
        for model in models
        if any(word in field.name for field in model._meta.get_fields() if field.concrete for word in TELLING)
    )


def test_the_look_for_people_finds_those_that_are_known():
    assert {"campaigns.Contact", "campaigns.Delivery", "campaigns.Consent"} <= set(labels_with_people())


@pytest.mark.parametrize("label", labels_with_people())
def test_each_model_with_people_is_exported_and_forgotten_or_explained(label):
    held = {holding.model for holding in HOLDINGS}
    assert (label in held) != (label in EXCEPTIONS), (
        f"{label} holds people: add it to HOLDINGS in campaigns/privacy/holdings.py and to a step of"
        " campaigns/privacy/run.py, or to EXCEPTIONS with the reason."
    )


def test_the_tables_name_only_models_that_exist():
    known = {model._meta.label for model in apps.get_models()}
    assert {holding.model for holding in HOLDINGS} | set(EXCEPTIONS) <= known
    assert all(EXCEPTIONS.values())
