"""Everything that is held on one person, as a ZIP: one JSON file, one page to read, one CSV for each kind of row."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from campaigns.attachments.of_person import personal_files_of
from campaigns.audience.consent import consents_of
from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.bulk.snapshots import row_of
from campaigns.exports.csv_text import as_csv, head_of_file
from campaigns.privacy.holdings import HOLDINGS, Holding
from campaigns.privacy.subject import Subject, subject_of
from campaigns.sending.models import Campaign
from portal.activity import record_activity
from portal.files import FileMissing, open_file

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_NAMES = {"contact_list_id": ContactList, "tag_id": Tag, "campaign_id": Campaign}


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind, each {column: JSON value}; columns in the order of the model."""

    key: str  # model's name in lower case
    title: str
    columns: list[str]
    rows: list[dict[str, Any]]

    @property
    def table(self) -> list[list[str]]:
        return [[_as_text(row.get(column)) for column in self.columns] for row in self.rows]


@transaction.atomic
def export_person(contact_id: int, *, actor: User) -> bytes:
    """The ZIP; that it was made is on record. Raises Contact.DoesNotExist."""
    contact = Contact.objects.get(pk=contact_id)
    sections = gather(contact)
    record_activity("person.exported", actor=actor, target=contact, rows=sum(len(each.rows) for each in sections))
    return _zip(contact, sections)


def gather(contact: Contact) -> list[Section]:
    """What is held, by kind; kinds of which there is nothing are left out."""
    subject = subject_of(contact)
    found = [_section(holding, subject) for holding in HOLDINGS]
    return [*[section for section in found if section.rows], *_import_consent(contact)]


def _section(holding: Holding, subject: Subject) -> Section:
    rows = [_named(row_of(row)) for row in holding.rows(subject).order_by("pk")]
    shown = [{name: value for name, value in row.items() if name not in holding.hidden} for row in rows]
    columns = list(shown[0]) if shown else []
    return Section(holding.model.partition(".")[2].lower(), str(holding.label), columns, shown)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the names of its list, tag or campaign beside their numbers."""
    for column, model in _NAMES.items():
        if row.get(column):
            named = model._base_manager.filter(pk=row[column]).values_list("name", flat=True).first()  # noqa: SLF001
            row[column.removesuffix("_id") + "_name"] = named or ""
    return row


def _import_consent(contact: Contact) -> list[Section]:
    """The consent that stands with the import that made them, and so in no row of their own."""
    records = [record for record in consents_of(contact) if record.import_id]
    rows = [
        {"kind": str(record.kind), "wording": record.wording, "file_name": record.file_name,
         "at": record.at.isoformat() if record.at else ""}
        for record in records
    ]  # fmt: skip
    return [Section("import_consent", "Consent by import", list(rows[0]), rows)] if rows else []


def _zip(contact: Contact, sections: list[Section]) -> bytes:
    made_at = timezone.now()
    content = {
        "address": contact.address, "made_at": made_at.isoformat(), "made_by": settings.INSTALLATION_NAME,
        "held": {section.key: section.rows for section in sections},
    }  # fmt: skip
    made = made_at.isoformat(timespec="minutes")
    context = {"contact": contact, "sections": sections, "made": made, "name": settings.INSTALLATION_NAME}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add_files(archive, contact)
        archive.writestr("everything.json", json.dumps(content, ensure_ascii=False, indent=2, default=str))
        archive.writestr("everything.html", render_to_string("campaigns/privacy/held.html", context))
        for section in sections:
            archive.writestr(f"{section.key}.csv", head_of_file(section.columns) + as_csv(section.table))
    return out.getvalue()


def _add_files(archive: zipfile.ZipFile, contact: Contact) -> None:
    """What campaigns have for this person alone."""
    for file in personal_files_of(subject_of(contact).contact_ids).select_related("file").order_by("pk"):
        with suppress(FileMissing), open_file(file.file.file_key) as stream:
            archive.writestr(f"files/{file.campaign_id}/{file.name}", stream.read())


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
