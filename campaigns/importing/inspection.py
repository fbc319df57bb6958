"""The first look at a file: is it a CSV, how is it written, what are its columns called. Pure.

Works on the first part of a file; a person may overrule every finding.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from campaigns.importing.csv_reader import CsvReader, Format, Position
from campaigns.importing.delimiter import delimiter_of_sep_line, find_delimiter
from campaigns.importing.encoding import Certainty, EncodingGuess, detect_encoding, mark_length
from campaigns.importing.problems import FileProblem, ProblemCode, ProblemDict, shorten

SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 200
_HEADER_LENGTH = 100
MAX_COLUMNS = 300

_MAGIC = (
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"SQLite format 3\0", "database"),
    (b"<!doctype", "html"),
    (b"<html", "html"),
    (b"<?xml", "xml"),
    (b"{\\rtf", "rtf"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1e]")
_LOOKS_LIKE_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class FileShape:
    """How a file is read: its format, the header as shown, where the rows begin, and some of them."""

    file_format: Format
    certainty: Certainty
    has_header: bool
    header: list[str]
    rows_begin: Position
    sample_rows: list[list[str]]
    notes: list[ProblemDict]


@dataclass(frozen=True, slots=True)
class Overrule:
    """What a person says about the file; None and "" leave it to the finding."""

    encoding: str = ""
    delimiter: str = ""
    has_header: bool | None = None


def inspect_sample(sample: bytes, *, is_whole: bool, overrule: Overrule = Overrule()) -> FileShape:  # frozen
    """Find out how to read the file that begins with `sample`.

    `is_whole`: the sample is the file. Raises FileProblem where it is no CSV: EMPTY, NOT_CSV (`value` = its kind),
    BINARY, UNDECODABLE in the encoding the person chose, NO_ROWS, TOO_MANY_COLUMNS.
    """
    guess = _encoding_of(sample, overrule.encoding)
    _refuse_what_is_no_text(sample, guess)
    newline = _newline_of(sample, guess.encoding)
    lines = _sample_lines(sample, guess, newline=newline, is_whole=is_whole)
    begin, named = _after_sep_line(lines, guess)
    delimiter = overrule.delimiter or named or find_delimiter(lines[begin.line :])
    found = Format(encoding=guess.encoding, delimiter=delimiter, newline=newline)
    return _shape(sample, found, begin=begin, certainty=guess.certainty, overrule=overrule, is_whole=is_whole)


def _encoding_of(sample: bytes, chosen: str) -> EncodingGuess:
    if not sample.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise FileProblem(ProblemCode.EMPTY)
    if chosen:
        return EncodingGuess(chosen, Certainty.CERTAIN, mark_length(sample, chosen))
    return detect_encoding(sample)


def _refuse_what_is_no_text(sample: bytes, guess: EncodingGuess) -> None:
    start = sample[guess.mark_bytes : guess.mark_bytes + 64].lstrip().lower()
    for magic, kind in _MAGIC:
        if start.startswith(magic.lower()):
            raise FileProblem(ProblemCode.NOT_CSV, value=kind)
    is_wide = guess.encoding.startswith(("utf-16", "utf-32"))
    if not is_wide and len(_CONTROL.findall(sample)) > max(5, len(sample) // 100):
        raise FileProblem(ProblemCode.BINARY)


def _newline_of(sample: bytes, encoding: str) -> str:
    """ "\\r" for files that never use a line feed (old Macs), else "\\n"."""
    text = sample if not encoding.startswith(("utf-16", "utf-32")) else sample.replace(b"\0", b"")
    return "\r" if b"\r" in text and b"\n" not in text else "\n"


def _sample_lines(sample: bytes, guess: EncodingGuess, *, newline: str, is_whole: bool) -> list[str]:
    text = _decode_sample(sample, guess, is_whole=is_whole)
    lines = text.splitlines(keepends=True) if newline == "\r" else re.findall(r"[^\n]*\n|[^\n]+", text)
    if not is_whole and len(lines) > 1:
        lines.pop()  # cut off in the middle
    return lines


def _decode_sample(sample: bytes, guess: EncodingGuess, *, is_whole: bool) -> str:
    body = sample[guess.mark_bytes :]
    try:
        return body.decode(guess.encoding)
    except UnicodeDecodeError as error:
        if not is_whole and error.start > len(body) - 8:
            return body[: error.start].decode(guess.encoding)
        offset = guess.mark_bytes + error.start
        raise FileProblem(ProblemCode.UNDECODABLE, value=guess.encoding, offset_bytes=offset) from error


def _after_sep_line(lines: list[str], guess: EncodingGuess) -> tuple[Position, str | None]:
    """Where the table begins, and the delimiter that a first line `sep=;` names."""
    named = delimiter_of_sep_line(lines[0]) if lines else None
    if named is None:
        return Position(guess.mark_bytes, 0), None
    return Position(guess.mark_bytes + len(lines[0].encode(guess.encoding)), 1), named


def _shape(
    sample: bytes, found: Format, *, begin: Position, certainty: Certainty, overrule: Overrule, is_whole: bool
) -> FileShape:
    first, after_first, rows = _first_rows(sample, found, begin=begin, is_whole=is_whole)
    if len(first) > MAX_COLUMNS:
        raise FileProblem(ProblemCode.TOO_MANY_COLUMNS, value=str(len(first)))
    has_header = _looks_like_header(first, rows) if overrule.has_header is None else overrule.has_header
    width = len(first)
    names, notes = name_columns(first) if has_header else ([f"Column {i + 1}" for i in range(width)], [])
    if not has_header:
        rows = [first, *rows]
        notes = [ProblemDict(code=ProblemCode.HEADER_MISSING.value)] if overrule.has_header is None else []
    if certainty is Certainty.LIKELY:
        notes.append(ProblemDict(code=ProblemCode.ENCODING_UNSURE.value, value=found.encoding))
    return FileShape(
        file_format=Format(found.encoding, found.delimiter, found.newline, width=width),
        certainty=certainty,
        has_header=has_header,
        header=names,
        rows_begin=after_first if has_header else begin,
        sample_rows=[row for row in rows if len(row) == width],
        notes=notes,
    )


def _first_rows(
    sample: bytes, found: Format, *, begin: Position, is_whole: bool
) -> tuple[list[str], Position, list[list[str]]]:
    """(first row, where it ends, the rows after it)."""
    end = len(sample) if is_whole else _end_of_last_line(sample, found)
    reader = CsvReader(io.BytesIO(sample[begin.offset_bytes : end]), found, begin)
    rows = iter(reader)
    first = next((cells for _, cells in rows if cells), None)
    if first is None:
        raise FileProblem(ProblemCode.NO_ROWS)
    after_first = reader.position
    return first, after_first, [cells for (_, cells), _ in zip(rows, range(_SAMPLE_ROWS), strict=False) if cells]


def _end_of_last_line(sample: bytes, found: Format) -> int:
    newline = found.newline.encode(found.encoding)
    end = sample.rfind(newline)
    while end > 0 and end % len(newline):
        end = sample.rfind(newline, 0, end)
    return end + len(newline) if end > 0 else len(sample)


def _looks_like_header(first: list[str], rows: list[list[str]]) -> bool:
    """No: it holds an address. Otherwise yes, unless no row below holds one and its cells look like values."""
    if any(_LOOKS_LIKE_ADDRESS.fullmatch(cell.strip()) for cell in first):
        return False
    return bool(rows) or not any(cell.strip().isdigit() for cell in first)


def name_columns(cells: list[str]) -> tuple[list[str], list[ProblemDict]]:
    """Names to show for the columns, each only once, with a note on every name that had to be mended."""
    names: list[str] = []
    notes: list[ProblemDict] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\0", "").split())[:_HEADER_LENGTH]
        if "\n" in cell.strip() or "\r" in cell.strip():
            notes.append(ProblemDict(code=ProblemCode.HEADER_LINE_BREAK.value, value=shorten(name)))
        if not name:
            name = f"Column {number}"
            notes.append(ProblemDict(code=ProblemCode.HEADER_EMPTY.value, value=name))
        if _is_taken(name, names):
            notes.append(ProblemDict(code=ProblemCode.HEADER_DUPLICATE.value, value=name))
            name = next(f"{name} ({i})" for i in range(2, len(cells) + 2) if not _is_taken(f"{name} ({i})", names))
        names.append(name)
    return names, notes


def _is_taken(name: str, names: list[str]) -> bool:
    return name.casefold() in {taken.casefold() for taken in names}
