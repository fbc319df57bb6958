"""The file of the rows that cannot be imported: their own columns, with line and problem, ready to mend and drop again.

Each checked batch leaves a part; the parts are joined when the check ends. UTF-8 with a byte order mark (Excel needs
it), the delimiter of the original, cells guarded against formulas.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from campaigns.importing.columns import REJECT_COLUMNS, is_guarded_header, is_rejects_header
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.problems import ProblemDict
from campaigns.importing.wording import describe_problem
from portal.files import open_file, save_file
from portal.formula_guard import guard, unguard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from campaigns.importing.problems import RowProblem

_BLOCK_BYTES = 1024 * 1024


def save_part(contact_import: ContactImport, number: int, problems: Iterable[RowProblem]) -> None:
    """Keep the rejects of one batch; doing it again replaces them."""
    rows = [_row(contact_import, problem) for problem in problems]
    if rows:
        save_file(_part_key(contact_import, number), [_write(rows, contact_import.delimiter)])


def join_parts(contact_import: ContactImport) -> str:
    """Make the rejects file out of its parts; returns its key, "" when no row was rejected. Safe to run twice."""
    keys = part_keys(contact_import)
    if not keys:
        return ""
    key = f"imports/{contact_import.pk}/rejects.csv"
    save_file(key, _blocks(contact_import, keys))
    return key


def part_keys(contact_import: ContactImport) -> list[str]:
    """Where the parts of the rejects are, in the order of their rows."""
    batches = contact_import.batches.filter(phase=ImportBatch.Phase.CHECK, reject_count__gt=0)
    return [_part_key(contact_import, number) for number in batches.order_by("number").values_list("number", flat=True)]


def rejects_file_name(contact_import: ContactImport) -> str:
    """What the download is called."""
    stem = contact_import.file_name.rsplit(".", 1)[0]
    return f"{stem}-rows-to-mend.csv"


def _blocks(contact_import: ContactImport, keys: list[str]) -> Iterator[bytes]:
    names = [guard(contact_import.columns[i]["name"]) for i in _own_columns(contact_import)]
    yield codecs.BOM_UTF8 + _write([[*REJECT_COLUMNS, *names]], contact_import.delimiter)
    for key in keys:
        with open_file(key) as stream:
            while block := stream.read(_BLOCK_BYTES):
                yield block


def _row(contact_import: ContactImport, problem: RowProblem) -> list[str]:
    described = describe_problem(ProblemDict(code=problem.code.value, value=problem.value))
    own_columns, width = _own_columns(contact_import), len(contact_import.columns)
    is_guarded = is_guarded_header([column["name"] for column in contact_import.columns])
    cells = [problem.cells[i] for i in own_columns if i < len(problem.cells)] + problem.cells[width:]
    bare = map(unguard, cells) if is_guarded else cells  # what a header claims to be guarded need not be
    return [str(problem.line), str(described), *map(guard, bare)]


def _own_columns(contact_import: ContactImport) -> list[int]:
    """The person's own columns: all but those that an earlier rejects file brought along."""
    names = [column["name"].casefold() for column in contact_import.columns]
    is_ours = is_rejects_header(names)
    return [i for i, name in enumerate(names) if not (is_ours and name in REJECT_COLUMNS)]


def _write(rows: list[list[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def _part_key(contact_import: ContactImport, number: int) -> str:
    return f"imports/{contact_import.pk}/rejects/{number:06d}.csv"
