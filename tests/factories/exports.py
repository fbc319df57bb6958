"""Exports as people ask for them, with their content."""

from __future__ import annotations

import csv
import io

from campaigns.exports.models import Export
from campaigns.exports.services import SmallFile, export_rows
from portal.files import open_file

Source = Export.Source


def small_export(source: Export.Source = Source.CONTACTS, query: str = "", *, columns: str = "standard") -> bytes:
    """A short list, as it is answered at once."""
    made = export_rows(source, query, columns=columns, actor=None)
    assert isinstance(made, SmallFile)
    return made.content


def large_export(
    source: Export.Source = Source.CONTACTS, query: str = "", *, columns: str = "standard", actor=None
) -> Export:
    """An export that is left to a worker."""
    made = export_rows(source, query, columns=columns, actor=actor)
    assert isinstance(made, Export)
    return made


def content_of(export: Export) -> bytes:
    with open_file(export.file_key) as stream:
        return stream.read()


def rows_in(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
