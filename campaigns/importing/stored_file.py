"""The file of an import where it is stored, as the stream that was first looked at or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from campaigns.importing.problems import FileProblem, ProblemCode
from portal.files import FileChanged, FileMissing, open_file

if TYPE_CHECKING:
    from campaigns.importing.models import ContactImport


def open_import_file(contact_import: ContactImport, *, offset: int = 0) -> BinaryIO:
    """Open the file from byte `offset` on; close it. Raises FileProblem(FILE_MISSING, FILE_CHANGED), OutsideError."""
    try:
        return open_file(contact_import.file_key, offset=offset, etag=contact_import.file_etag)
    except FileMissing as error:
        raise FileProblem(ProblemCode.FILE_MISSING) from error
    except FileChanged as error:
        raise FileProblem(ProblemCode.FILE_CHANGED) from error
