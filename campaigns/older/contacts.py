"""Contacts of an older table: compared with those here, and brought in as one import that can be undone."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress as ignoring
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.audience.models import Contact
from campaigns.importing.columns import EXPORT_MARK
from campaigns.importing.local_import import check_local_import, run_local_import, take_local_file
from campaigns.importing.models import OnExisting
from campaigns.importing.tag_cells import join_tags
from campaigns.older.reading import OldContact, read_contact
from campaigns.privacy.forgotten import forgotten_among
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress, suppressed_among
from portal.errors import InvalidInput
from portal.formula_guard import guard
from portal.older.rows import OldRow, Outcome, Planned

if TYPE_CHECKING:
    from django.db.models import QuerySet

KIND = "contact"
_BATCH = 500
_FIXED = ("address", "first_name", "last_name", "tags", "time_zone")
_STOPPED = "Gets no mail: the table says “{reason}”."


class ContactMove:
    """One run over the contacts. What is to be written waits in a file: a table may hold millions."""

    def __init__(self, *, replaces: bool, folder: Path) -> None:
        self._replaces = replaces
        handle, name = tempfile.mkstemp(prefix="older-contacts-", suffix=".jsonl", dir=folder)
        os.close(handle)
        self._waiting = Path(name)
        self._attribute_names: set[str] = set()
        self._first_rows: dict[str, str] = {}  # address key -> key of the row that has it
        self._has_work = False

    def plan(self, rows: Iterable[OldRow]) -> Iterator[Planned]:
        """Say of each row what is to become of it."""
        stream = iter(rows)
        with self._waiting.open("w", encoding="utf-8") as waiting:
            while batch := list(islice(stream, _BATCH)):
                for planned, contact in self._compared(batch):
                    if contact is not None:
                        self._attribute_names.update(contact.attributes)
                        self._has_work = True
                        waiting.write(json.dumps([planned.row.place, planned.row.key, asdict(contact)]) + "\n")
                    yield planned

    def _compared(self, batch: list[OldRow]) -> Iterator[tuple[Planned, OldContact | None]]:
        read: list[tuple[OldRow, OldContact]] = []
        for row in batch:
            try:
                read.append((row, self._only_one(row, read_contact(row))))
            except InvalidInput as error:
                yield Planned(row, KIND, Outcome.REFUSED, str(error)), None
        keys = [contact.key for _row, contact in read]
        here, stopped, forgotten = _contacts_here(keys), suppressed_among(keys), forgotten_among(keys)
        for row, contact in read:
            if contact.key in forgotten:
                reason = "This person asked to be forgotten. Only they can come back, through a sign-up form."
                yield Planned(row, KIND, Outcome.REFUSED, reason), None
                continue
            yield self._one(row, contact, here.get(contact.key), is_stopped=contact.key in stopped)

    def _only_one(self, row: OldRow, contact: OldContact) -> OldContact:
        other = self._first_rows.setdefault(contact.key, row.key)
        if other != row.key:
            raise InvalidInput(f"The row {other} has the same address. Put what is to stay into one of them.")
        return contact

    def _one(
        self, row: OldRow, contact: OldContact, there: Contact | None, *, is_stopped: bool
    ) -> tuple[Planned, OldContact | None]:
        note = _STOPPED.format(reason=contact.stop) if contact.stop else ""
        if there is None:
            return Planned(row, KIND, Outcome.NEW, note), contact
        differing = _differences(contact, there)
        if differing:
            kept = "" if self._replaces else " What stands here stays; --replace takes the table's."
            reason = f"Differs in {', '.join(differing)}.{kept} {note}".strip()
            is_work = self._replaces or (contact.stop and not is_stopped)
            return Planned(row, KIND, Outcome.CHANGED, reason), contact if is_work else None
        if contact.stop and not is_stopped:
            return Planned(row, KIND, Outcome.CHANGED, note), contact
        return Planned(row, KIND, Outcome.SAME), None

    def apply(self) -> Iterator[Planned]:
        """Bring in what was planned; yields what could not be. Raises PortalError, OSError."""
        try:
            if self._has_work:
                self._stop_mail()
                yield from self._import()
        finally:
            self.forget()

    def forget(self) -> None:
        """Take away what was noted for later; harmless when it is gone."""
        with ignoring(FileNotFoundError):
            self._waiting.unlink()

    def _noted(self) -> Iterator[tuple[OldRow, OldContact]]:
        with self._waiting.open(encoding="utf-8") as waiting:
            for line in waiting:
                place, key, raw = json.loads(line)
                yield OldRow(place, key), OldContact(**{**raw, "tags": tuple(raw["tags"])})

    def _stop_mail(self) -> None:
        """First of all, so that nobody who left is written to in between."""
        for _row, contact in self._noted():
            if contact.stop:
                suppress(
                    contact.address,
                    reason=Suppression.Reason(contact.stop),
                    source=Suppression.Source.IMPORT,
                    note="As the older system's table says.",
                )

    def _import(self) -> Iterator[Planned]:
        path = self._waiting.with_suffix(".csv")
        try:
            self._write_csv(path)
            on_existing = OnExisting.UPDATE if self._replaces else OnExisting.SKIP
            taken = check_local_import(
                take_local_file(path, actor=None), contact_list=None, on_existing=on_existing, actor=None
            )
            if taken.importable_count:
                run_local_import(taken)
        finally:
            path.unlink(missing_ok=True)
        reason = f"Import {taken.pk} left it out: its page says why, and has the rows as a file."
        stream = self._noted()
        while batch := list(islice(stream, _BATCH)):
            here = _contacts_here([contact.key for _row, contact in batch])
            yield from (Planned(row, KIND, Outcome.REFUSED, reason) for row, found in batch if found.key not in here)

    def _write_csv(self, path: Path) -> None:
        """In the shape of our own exports, whose columns and tags come back exactly."""
        names = sorted(self._attribute_names)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*_FIXED, *names, EXPORT_MARK])
            for _row, contact in self._noted():
                cells = [contact.address, contact.first_name, contact.last_name, join_tags(contact.tags)]
                cells += [contact.time_zone, *(contact.attributes.get(name, "") for name in names), ""]
                writer.writerow([guard(cell) for cell in cells])


def _contacts_here(keys: list[str]) -> dict[str, Contact]:
    found: QuerySet[Contact] = Contact.objects.filter(address_key__in=keys).prefetch_related("tags")
    return {contact.address_key: contact for contact in found}


def _differences(contact: OldContact, there: Contact) -> list[str]:
    """What the table has and we have not, or not so; what it does not know is no difference."""
    named = [
        name
        for name, old, ours in (
            ("first name", contact.first_name, there.first_name),
            ("last name", contact.last_name, there.last_name),
            ("time zone", contact.time_zone, there.time_zone),
        )
        if old and old != ours
    ]
    values = there.attributes
    named += [name for name, text in sorted(contact.attributes.items()) if str(values.get(name, "")) != text]
    if contact.tags:
        tags = {tag.name for tag in there.tags.all()}
        named += ["tags"] if set(contact.tags) - tags else []
    return named
