"""A migration runs while the version before it still works: it takes nothing away that the old code names, and asks
nothing of rows that the old code writes. What is unsafe on purpose says so by `suits_old_code = True` and its reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.contracts.test_migrations import OWN_APPS

FIRST = "0001_initial"  # there is no code before it
TAKES_AWAY = (migrations.DeleteModel, migrations.RemoveField, migrations.RenameModel, migrations.RenameField)


def trouble(operation: Operation) -> str:
    """Why the code before cannot live with it; "" when it can."""
    if isinstance(operation, TAKES_AWAY):
        return "takes a name away: stop using it one release earlier, and add the new one beside it"
    if isinstance(operation, migrations.AlterModelTable):
        return "takes the table's name away"
    if isinstance(operation, migrations.AddField) and not _may_be_left_out(operation.field):
        return "the old code's rows lack the new column: give it db_default or null=True"
    if isinstance(operation, migrations.AddConstraint):
        return "the old code's rows may break the constraint: keep it in the code for one release"
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return next(filter(None, map(trouble, operation.database_operations)), "")
    return ""


def _may_be_left_out(field: models.Field[Any, Any]) -> bool:
    return bool(field.null or field.db_default is not models.NOT_PROVIDED or field.many_to_many)


@pytest.mark.parametrize("label", OWN_APPS)
def test_each_migration_suits_the_code_before_it(label):
    found = [
        f"{name}: {operation.describe()}: {trouble(operation)}"
        for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items())
        if app == label and name != FIRST and not getattr(migration, "suits_old_code", False)
        for operation in migration.operations
        if trouble(operation)
    ]
    assert found == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.DeleteModel("Contact"),
        migrations.RemoveField("contact", "address"),
        migrations.RenameField("contact", "address", "mail"),
        migrations.AddField("contact", "nick", models.CharField(max_length=9, default="")),
        migrations.AddConstraint("contact", models.UniqueConstraint(fields=["address"], name="one")),
        migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("contact", "address")]),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_breaks_old_code_is_noticed(operation):
    assert trouble(operation)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Tag", [("id", models.AutoField(primary_key=True))]),
        migrations.AddField("contact", "nick", models.CharField(max_length=9, db_default="")),
        migrations.AddField("contact", "seen_at", models.DateTimeField(null=True)),
        migrations.AddIndex("contact", models.Index(fields=["address"], name="by_address")),
        migrations.RunSQL("SELECT 1", "SELECT 1"),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("contact", "address")]),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_old_code_does_not_notice_is_let_through(operation):
    assert trouble(operation) == ""
