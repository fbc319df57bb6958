"""Exports of DynamoDB tables: those that DynamoDB writes to S3, and what `aws dynamodb scan` prints. Pure.

{"Item": {"PK": {"S": "ROUTE#a@example.com"}, …}}          one a line, in *.json.gz, with manifests beside
{"Items": [{"PK": {"S": "ROUTE#a@example.com"}, …}], …}    the output of a scan
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from portal.errors import InvalidInput
from portal.older.rows import OldRow, read_row

_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")


def read_export(path: Path) -> Iterator[OldRow]:
    """Every row of a file, or of all files of a folder. Raises InvalidInput for what is no whole export, OSError."""
    files = _files_of(path)
    if not files:
        raise InvalidInput(f"{path} holds no export: there is no file that ends in {', '.join(_ENDINGS)}.")
    count = 0
    for file in files:
        for row in _rows_of(file):
            count += 1
            yield row
    _require_whole(path, count)


def _require_whole(path: Path, count: int) -> None:
    """DynamoDB's manifest says how many rows there are; a file that was not copied is missed here."""
    manifests = sorted(path.rglob("manifest-summary.json")) if path.is_dir() else []
    try:
        told = sum(int(json.loads(manifest.read_text(encoding="utf-8"))["itemCount"]) for manifest in manifests)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"A manifest-summary.json in {path} cannot be read. Fetch it again.") from error
    if manifests and told != count:
        raise InvalidInput(f"{path} holds {count} rows, but its manifest says {told}. Fetch the missing files.")


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = (file for ending in _ENDINGS for file in path.rglob(f"*{ending}") if file.is_file())
    return sorted(file for file in found if not file.name.startswith("manifest"))


def _rows_of(file: Path) -> Iterator[OldRow]:
    try:
        with _opened(file) as stream:
            first = stream.readline()
        if _is_line(first):
            yield from _rows_by_line(file)
        else:
            yield from _rows_of_scan(file)
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} is cut off or damaged ({error}). Fetch it again.") from error


def _opened(file: Path) -> IO[str]:
    return gzip.open(file, "rt", encoding="utf-8") if file.name.endswith(".gz") else file.open(encoding="utf-8")


def _is_line(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and "Items" not in found


def _rows_by_line(file: Path) -> Iterator[OldRow]:
    with _opened(file) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield _row_of_line(f"{file.name}, line {number}", line)


def _row_of_line(place: str, line: str) -> OldRow:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return OldRow(place, "(not readable)", problem="The line is no JSON. Fetch the export again.")
    if isinstance(found, dict) and "Keys" in found:
        return OldRow(place, "(a change)", problem="This is an incremental export. Make a full export of the table.")
    return read_row(place, found.get("Item", found) if isinstance(found, dict) else found)


def _rows_of_scan(file: Path) -> Iterator[OldRow]:
    with _opened(file) as stream:
        text = stream.read()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file} is no JSON ({error}). Fetch the export again.") from error
    items = found.get("Items") if isinstance(found, dict) else found
    if not isinstance(items, list):
        raise InvalidInput(f"{file} is no export of a table: there are no “Items” in it.")
    if isinstance(found, dict) and found.get("NextToken"):
        raise InvalidInput(f"{file} is only the first part of a scan. Scan again without --max-items.")
    for number, item in enumerate(items, 1):
        yield read_row(f"{file.name}, item {number}", item)
