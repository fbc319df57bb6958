from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

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


@pytest.fixture
def _as_if_migrated(transactional_db, settings, monkeypatch):
    """The tests' tables are made from the models: nothing says which migrations they hold, and pytest-django hushes `migrate`."""
    settings.MIGRATION_MODULES = {}
    loud = next(kind for kind in migrate.Command.__mro__ if kind.__module__ == migrate.__name__)
    monkeypatch.setattr(migrate, "Command", loud)
    call_command("migrate", fake=True, verbosity=0)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(MigrationRecorder(connection).Migration)


@pytest.mark.usefixtures("_as_if_migrated")
def test_the_database_is_brought_up_to_date(entry):
    assert "No migrations to apply" in ask(entry, "migrate")["said"]


@pytest.mark.parametrize("deed", ["", "shell", "flush"])
def test_no_other_deed_is_done(deed, entry):
    with pytest.raises(UnknownEvent):
        ask(entry, deed)


def test_no_other_function_does_them(entry):
    with pytest.raises(UnknownEvent):
        ask(entry, "migrate", function="sending")
