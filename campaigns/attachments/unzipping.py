"""Reading many files out of one ZIP that somebody brought, as if it were made to hurt; pure.

Nothing is written to disk under a name of the archive, and nothing is believed that its list says of sizes.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, TYPE_CHECKING

from campaigns.attachments.names import clean_file_name, name_key

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ENTRIES = 5_000
MAX_RATIO = 200  # unpacked against packed; texts reach 20
_FREE_OF_RATIO_BYTES = 1_000_000
_BLOCK_BYTES = 64 * 1024
_LEFT_OUT = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class ZipProblem(StrEnum):
    """Why an archive or one file in it is not taken."""

    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    TOO_MANY = "too-many"
    TOO_LARGE = "too-large"  # one file
    TOO_MUCH = "too-much"  # all together
    SUSPICIOUS = "suspicious"  # unpacks to far more than files do
    TWICE = "twice"  # two files of one name, in different folders
    LINK = "link"


class ZipRefused(ValueError):
    """The archive cannot be used; `name` is the file in it that is the reason, or ""."""

    def __init__(self, problem: ZipProblem, name: str = "") -> None:
        super().__init__(f"{problem}: {name}")
        self.problem, self.name = problem, name


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large what is unpacked may be."""

    file_bytes: int
    all_bytes: int


def is_zip(stream: IO[bytes]) -> bool:
    """Whether a file is a ZIP by its first bytes; leaves the stream at its beginning."""
    stream.seek(0)
    begins = stream.read(4)
    stream.seek(0)
    return begins in {b"PK\x03\x04", b"PK\x05\x06"}


def files_within(stream: IO[bytes], bounds: Bounds) -> Iterator[tuple[str, IO[bytes]]]:
    """Each file's own name, without folders, and its content, to be read before the next one is asked for.

    Raises ZipRefused, also while a content is read.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = _wanted(archive)
            left = bounds.all_bytes
            for entry in entries:
                with archive.open(entry) as content:
                    guarded = _Guarded(content, entry, min(bounds.file_bytes, left), left < bounds.file_bytes)
                    yield clean_file_name(entry.filename), guarded  # type: ignore[misc]
                    left -= guarded.taken_bytes
    except _DAMAGED as error:
        if isinstance(error, ZipRefused):
            raise
        raise ZipRefused(ZipProblem.DAMAGED) from error


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise ZipRefused(ZipProblem.TOO_MANY)
    wanted = [entry for entry in entries if not entry.is_dir() and not _is_by_the_way(entry.filename)]
    seen: set[str] = set()
    for entry in wanted:
        key = name_key(entry.filename)
        if key in seen:
            raise ZipRefused(ZipProblem.TWICE, clean_file_name(entry.filename))
        seen.add(key)
        if entry.flag_bits & 1:
            raise ZipRefused(ZipProblem.ENCRYPTED, clean_file_name(entry.filename))
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ZipRefused(ZipProblem.LINK, clean_file_name(entry.filename))
    return wanted


def _is_by_the_way(name: str) -> bool:
    """What systems put into archives unasked."""
    low = name.lower()
    return low.startswith(_LEFT_OUT[0]) or low.rpartition("/")[2] in _LEFT_OUT[1:]


class _Guarded:
    """The content of one entry, counted as it really is."""

    def __init__(self, content: IO[bytes], entry: zipfile.ZipInfo, most_bytes: int, is_rest: bool) -> None:
        self._content, self._name = content, clean_file_name(entry.filename)
        self._packed_bytes, self._most_bytes, self._is_rest = entry.compress_size, most_bytes, is_rest
        self.taken_bytes = 0

    def read(self, size: int = _BLOCK_BYTES) -> bytes:
        try:
            block = self._content.read(min(size, _BLOCK_BYTES) if size >= 0 else _BLOCK_BYTES)
        except _DAMAGED as error:
            raise ZipRefused(ZipProblem.DAMAGED, self._name) from error
        self.taken_bytes += len(block)
        if self.taken_bytes > self._most_bytes:
            raise ZipRefused(ZipProblem.TOO_MUCH if self._is_rest else ZipProblem.TOO_LARGE, self._name)
        most = max(_FREE_OF_RATIO_BYTES, self._packed_bytes * MAX_RATIO)
        if self.taken_bytes > most:
            raise ZipRefused(ZipProblem.SUSPICIOUS, self._name)
        return block
