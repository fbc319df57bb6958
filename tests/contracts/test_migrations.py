"""Migrations are complete (models have no change without one) and linear (one head, one parent in the own app)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OWN_APPS = ("portal", "campaigns", "routing", "credentials")


@pytest.fixture(autouse=True)
def _as_in_life(settings):
    """The tests' own database is made from the models, see pyproject.toml."""
    settings.MIGRATION_MODULES = {}


@pytest.fixture
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration(capsys):
    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


@pytest.mark.parametrize("label", [label for label in OWN_APPS if apps.get_app_config(label).models])
def test_each_app_has_one_line_of_migrations(loader, label):
    assert len(loader.graph.leaf_nodes(label)) == 1
    branching = [
        name
        for (app, name), migration in loader.disk_migrations.items()
        if app == label and len([parent for parent in migration.dependencies if parent[0] == label]) > 1
    ]
    assert branching == []


def test_migrations_are_numbered_without_gaps(loader):
    for label in OWN_APPS:
        numbers = sorted(int(name[:4]) for app, name in loader.disk_migrations if app == label)
        assert numbers == list(range(1, len(numbers) + 1)), label


def test_raw_steps_can_be_taken_back(loader):
    stuck = [
        f"{label}.{name}: {operation.describe()}"
        for (label, name), migration in loader.disk_migrations.items()
        if label in OWN_APPS
        for operation in migration.operations
        if not operation.reversible
    ]
    assert stuck == []
