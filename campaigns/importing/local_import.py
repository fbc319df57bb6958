"""Importing a file of this machine in this process, for the command line: the same steps, without a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.importing.check import check_import
from campaigns.importing.models import ContactImport, OnExisting
from campaigns.importing.run import run_import
from campaigns.importing.services import Choices, start_check, start_import
from campaigns.importing.uploads import create_import, finish_upload, receive_upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from django.contrib.auth.models import User

    from campaigns.audience.models import ContactList

_BLOCK_BYTES = 1024 * 1024


def take_local_file(path: Path, *, actor: User | None) -> ContactImport:
    """Take a file in and look at it; it then waits at the columns step. Raises FileProblem, OSError."""
    contact_import = create_import(path.name, actor=actor, source=ContactImport.Source.COMMAND)
    with path.open("rb") as stream:
        receive_upload(contact_import, iter(lambda: stream.read(_BLOCK_BYTES), b""))
    return finish_upload(contact_import.pk, actor=actor)


def check_local_import(
    contact_import: ContactImport,
    *,
    contact_list: ContactList | None,
    tag_names: Sequence[str] = (),
    on_existing: str = OnExisting.FILL_EMPTY,
    consent: bool = False,
    actor: User | None = None,
) -> ContactImport:
    """Check it with the proposed columns, in this process. Raises InvalidInput when no column holds addresses."""
    targets = [column["target"] for column in contact_import.columns]
    choices = Choices(targets, on_existing=on_existing, contact_list=contact_list, tag_names=tag_names, consent=consent)
    start_check(contact_import.pk, choices, actor=actor)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def run_local_import(contact_import: ContactImport, *, actor: User | None = None) -> ContactImport:
    """Bring the people of a checked import in, in this process. Raises InvalidInput when no row can be imported."""
    start_import(contact_import.pk, actor=actor)
    run_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import
