"""The file step: making an import, taking its file in, and the first look at it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.importing.columns import ColumnDict, guess_columns, header_key
from campaigns.importing.encoding import READABLE
from campaigns.importing.inspection import SAMPLE_BYTES, FileShape, Overrule, inspect_sample
from campaigns.importing.models import ColumnMapping, ContactImport
from campaigns.importing.problems import FileProblem, ProblemCode
from campaigns.importing.stored_file import open_import_file
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.files import FileMissing, create_upload_form, is_in_bucket, save_file, stat_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.contrib.auth.models import User

    from portal.aws.s3 import PresignedPost

SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first part of a file says: how to read it, and a target for each column."""

    shape: FileShape
    columns: list[ColumnDict]


@transaction.atomic
def create_import(
    file_name: str, *, actor: User | None, source: ContactImport.Source = ContactImport.Source.BROWSER
) -> ContactImport:
    """Make an import that waits for its file (status `uploading`)."""
    contact_import = ContactImport.objects.create(file_name=shown_name(file_name), created_by=actor, source=source)
    contact_import.file_key = file_key_of(contact_import)
    contact_import.save(update_fields=["file_key"])
    return contact_import


def shown_name(file_name: str) -> str:
    """A file name as it may stand on a page, in a header and in the database: one line of visible characters."""
    return "".join(char for char in PurePath(file_name).name if char.isprintable())[:255] or "people.csv"


def file_key_of(contact_import: ContactImport) -> str:
    """Where the import's file is stored; in a folder of its own, so that no name meets the rejects beside it."""
    return f"imports/{contact_import.pk}/file/{safe_name(contact_import.file_name)}"


def safe_name(file_name: str) -> str:
    """A file name that is a plain key everywhere: ASCII letters, digits, dot, dash and underscore."""
    ascii_name = unicodedata.normalize("NFKD", PurePath(file_name).name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_name).strip(".-")[-100:] or "people.csv"


def upload_form(contact_import: ContactImport) -> PresignedPost | None:
    """A form for the browser to send the file straight to the bucket; None when it goes through the site.

    Good for an hour, for this key only, up to UPLOAD_MAX_BYTES. Raises OutsideError.
    """
    return create_upload_form(contact_import.file_key) if is_in_bucket() else None


def receive_upload(contact_import: ContactImport, blocks: Iterable[bytes]) -> None:
    """Take the file in through the site, as a stream. Raises FileProblem(FILE_TOO_LARGE), Conflict, OutsideError."""
    _require_status(contact_import, ContactImport.Status.UPLOADING)
    save_file(contact_import.file_key, _limited(blocks))


def finish_upload(import_id: int, *, actor: User | None) -> ContactImport:
    """Verify the uploaded file on the server and look at it; the import then waits at the columns step.

    Raises FileProblem when it is missing, too large or no CSV (the import is then `failed` and keeps the problem in
    `file_problem`), Conflict when the import is past this step, OutsideError.
    """
    contact_import = ContactImport.objects.get(pk=import_id)
    _require_status(contact_import, ContactImport.Status.UPLOADING)
    try:
        adopt_file(contact_import)
        look = first_look(contact_import)
    except FileProblem as problem:
        _fail(contact_import, problem)
        raise
    apply_look(contact_import, look)
    contact_import.status = ContactImport.Status.COLUMNS
    with transaction.atomic():
        contact_import.save()
        record_activity("import.uploaded", actor=actor, target=contact_import, bytes=contact_import.file_bytes)
    return contact_import


def change_format(import_id: int, overrule: Overrule) -> ContactImport:
    """Read the file the way a person says and propose columns anew; the import is back at the columns step.

    Raises FileProblem when it cannot be read that way (nothing is changed then), InvalidInput for an encoding or a
    delimiter that nobody uses, Conflict while it is being checked or imported, OutsideError.
    """
    if overrule.encoding and overrule.encoding not in READABLE:
        raise InvalidInput(_("Choose one of the encodings in the list."))
    if overrule.delimiter and (len(overrule.delimiter) != 1 or overrule.delimiter in '\r\n"\0'):
        raise InvalidInput(_("The delimiter must be one character, and no quotation mark or line break."))
    contact_import = ContactImport.objects.get(pk=import_id)
    _require_status(contact_import, ContactImport.Status.COLUMNS, ContactImport.Status.CHECKED)
    apply_look(contact_import, first_look(contact_import, overrule))
    changed = ContactImport.objects.filter(pk=import_id, status=contact_import.status)
    fields = ("encoding", "encoding_certainty", "delimiter", "newline", "has_header", "rows_offset", "rows_line",
              "columns", "sample_rows", "notes", "file_problem")  # fmt: skip
    changed.update(status=ContactImport.Status.COLUMNS, **{name: getattr(contact_import, name) for name in fields})
    contact_import.refresh_from_db()
    return contact_import


def adopt_file(contact_import: ContactImport) -> None:
    """Note size and etag of the stored file. Raises FileProblem when it is missing or too large, OutsideError."""
    try:
        stored = stat_file(contact_import.file_key)
    except FileMissing as error:
        raise FileProblem(ProblemCode.FILE_MISSING) from error
    if stored.size_bytes > settings.UPLOAD_MAX_BYTES:
        raise FileProblem(ProblemCode.FILE_TOO_LARGE)
    contact_import.file_bytes, contact_import.file_etag = stored.size_bytes, stored.etag


def first_look(contact_import: ContactImport, overrule: Overrule = Overrule()) -> FirstLook:  # noqa: B008  # frozen
    """Inspect the first part of the file. Raises FileProblem, OutsideError."""
    with open_import_file(contact_import) as stream:
        sample = stream.read(SAMPLE_BYTES)
    shape = inspect_sample(sample, is_whole=len(sample) >= contact_import.file_bytes, overrule=overrule)
    remembered = ColumnMapping.objects.filter(header_key=header_key(shape.header)).first()
    columns = guess_columns(shape.header, shape.sample_rows, remembered=remembered.targets if remembered else None)
    return FirstLook(shape, columns)


def apply_look(contact_import: ContactImport, look: FirstLook) -> None:
    """Put what was seen into the import's fields; saves nothing."""
    shape = look.shape
    contact_import.encoding = shape.file_format.encoding
    contact_import.encoding_certainty = shape.certainty
    contact_import.delimiter = shape.file_format.delimiter
    contact_import.newline = shape.file_format.newline
    contact_import.has_header = shape.has_header
    contact_import.rows_offset, contact_import.rows_line = shape.rows_begin.offset_bytes, shape.rows_begin.line
    contact_import.columns = look.columns
    contact_import.sample_rows = shape.sample_rows[:SHOWN_ROWS]
    contact_import.notes = shape.notes
    contact_import.file_problem = {}


def _require_status(contact_import: ContactImport, *allowed: ContactImport.Status) -> None:
    if contact_import.status not in allowed:
        raise Conflict(
            _("“%(file)s” is %(status)s; this cannot be changed now.")
            % {"file": contact_import.file_name, "status": contact_import.get_status_display()}
        )


def _fail(contact_import: ContactImport, problem: FileProblem) -> None:
    contact_import.status = ContactImport.Status.FAILED
    contact_import.file_problem = problem.to_dict()
    contact_import.finished_at = timezone.now()
    contact_import.save()


def _limited(blocks: Iterable[bytes]) -> Iterator[bytes]:
    taken_bytes = 0
    for block in blocks:
        taken_bytes += len(block)
        if taken_bytes > settings.UPLOAD_MAX_BYTES:
            raise FileProblem(ProblemCode.FILE_TOO_LARGE)
        yield block
