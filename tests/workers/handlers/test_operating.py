from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from portal.roles import OWNER
from tests.workers.handlers.sqs_events import Clock
from workers.handlers.incoming import UnknownEvent

pytestmark = pytest.mark.django_db


def ask(entry, deed: str, *, function: str = "maintenance", **more: str):
    return entry(function)({"source": "postroom.deploy", "deed": deed, **more}, Clock())


def test_the_first_owner_is_made_once(entry):
    said = ask(entry, "make_first_owner", address="anna@club.example")["said"]
    password = said.split("password ")[1].split()[0]
    person = User.objects.get(username="anna@club.example", is_staff=True)
    assert person.check_password(password)
    assert person.groups.get().name == OWNER
    assert ask(entry, "make_first_owner", address="eve@evil.example")["said"] == "There is an Owner already."
    assert User.objects.count() == 1


def test_without_an_address_nobody_is_made(entry):
    assert "name an address" in ask(entry, "make_first_owner")["said"]
    assert not User.objects.exists()


def test_the_database_is_brought_up_to_date(entry, settings):
    settings.MIGRATION_MODULES = {}  # the tests' tables are made without; see pyproject.toml
    call_command("migrate", fake=True, verbosity=0)
    assert "No migrations to apply" in ask(entry, "migrate")["said"]


@pytest.mark.parametrize("deed", ["", "shell", "flush"])
def test_no_other_deed_is_done(deed, entry):
    with pytest.raises(UnknownEvent):
        ask(entry, deed)


def test_no_other_function_does_them(entry):
    with pytest.raises(UnknownEvent):
        ask(entry, "migrate", function="sending")
