"""Which accounts a contact form may send through."""

from __future__ import annotations

import pytest

from campaigns.forms.edit_form import ContactEditForm
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


def make_switched_off():
    account = make_account(name="Old relay")
    account.is_active = False
    account.save()
    return account


def test_an_account_that_is_switched_off_is_not_offered():
    make_account(name="First")
    make_account(name="Second")
    off = make_switched_off()
    shown = str(ContactEditForm()["account"])
    assert "Second" in shown
    assert str(off) not in shown


def test_the_only_account_in_use_is_taken_without_asking():
    make_switched_off()
    used = make_account(name="First")
    form = ContactEditForm()
    assert "account" not in form.fields
    assert form.instance.account == used
