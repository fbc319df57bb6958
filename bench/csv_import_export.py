"""One measurement of django-import-export, in a fresh process: `python -m bench.csv_import_export FILE`; prints JSON.

The same table, address validation with Django's validator, attributes into the JSON field, repeats update.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from pathlib import Path

import django
from django.conf import settings

settings.INSTALLED_APPS += ["import_export"]
django.setup()

from django.core.validators import validate_email
from import_export import fields, resources, widgets
from tablib import Dataset

from campaigns.audience.models import Contact


class KeyWidget(widgets.CharWidget):
    """The address in lower case."""

    def clean(self, value, row=None, **kwargs):
        return super().clean(value, row, **kwargs).lower()


class ContactResource(resources.ModelResource):
    """People by the key of their address."""

    address = fields.Field(attribute="address", column_name="Email")
    address_key = fields.Field(attribute="address_key", column_name="Email", widget=KeyWidget())
    first_name = fields.Field(attribute="first_name", column_name="First name")
    attributes = fields.Field(attribute="attributes", column_name="attributes", widget=widgets.JSONWidget())

    class Meta:
        model = Contact
        fields = ("address", "address_key", "first_name", "attributes")
        import_id_fields = ("address_key",)

    def before_import_row(self, row, **kwargs):
        validate_email(row["Email"])
        row["attributes"] = json.dumps({"city": row["City"], "plan": row["Plan"], "joined": row["Joined"]})


def main() -> None:
    logging.disable(logging.CRITICAL)
    started = time.perf_counter()
    table = Dataset().load(Path(sys.argv[1]).read_text(encoding="utf-8"), format="csv")
    result = ContactResource().import_data(table, dry_run=False, raise_errors=False)
    ended = time.perf_counter()
    people = Contact.objects.count()
    assert people == result.totals["new"] > 0, result.totals
    print(
        json.dumps(
            {
                "people": people,
                "rows_per_s": len(table) / (ended - started),
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
