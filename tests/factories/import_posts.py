"""What the pages of an import post."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse


def at(name, contact_import=None):
    """The address of one of the wizard's pages or deeds."""
    return reverse(f"admin:campaigns_contactimport_{name}", args=[contact_import.pk] if contact_import else [])


def bring(client, content, name="people.csv"):
    """The plain form post of the file step."""
    return client.post(at("add"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def columns_form(contact_import, **fields):
    """What the columns step posts when nothing is changed."""
    form = {"on_existing": "fill_empty", "tags": "import-test", "contact_list": "", "new_list": ""}
    for number, column in enumerate(contact_import.columns):
        kind, _colon, name = column["target"].partition(":")
        form[f"target_{number}"] = "field" if name else kind
        form[f"field_{number}"] = name
    return form | fields
