"""Leave room in the pages of the ledger, so that PostgreSQL updates a delivery in place (HOT)."""

from __future__ import annotations

from django.db import migrations


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE campaigns_delivery SET (fillfactor = 50)")
        schema_editor.execute("ALTER TABLE campaigns_chunk SET (fillfactor = 50)")
        schema_editor.execute("ALTER TABLE campaigns_sendingaccount SET (fillfactor = 20)")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]
    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]
