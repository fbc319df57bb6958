"""What a file is by its bytes, and what in it is dangerous to open; pure."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from campaigns.attachments.names import RUNS, ending_of

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD_BYTES = 40_000  # an ISO image says what it is only at 32 kB
MAX_LISTED = 2_000  # entries of a ZIP that are looked at


class Kind(StrEnum):
    """What the first bytes say; "" (UNKNOWN) for all else, plain text too."""

    UNKNOWN = ""
    PDF = "pdf"
    ZIP = "zip"
    OFFICE_XML = "office"
    OLE = "ole"
    PROGRAM = "program"
    SCRIPT = "script"
    DISK_IMAGE = "disk-image"
    HTML = "html"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    GZIP = "gzip"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    SHORTCUT = "shortcut"


class Sign(StrEnum):
    """Something in the bytes that the person who sends them should know."""

    ENCRYPTED = "encrypted"
    MACROS = "macros"
    PROGRAM_INSIDE = "program-inside"


class Contents(NamedTuple):
    """What was found in one file."""

    kind: Kind
    signs: tuple[Sign, ...] = ()


_BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLE),
    (b"MZ", Kind.PROGRAM),
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"#!", Kind.SCRIPT),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Kind.SHORTCUT),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"\x1f\x8b", Kind.GZIP),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Kind.RAR),
)
_ISO_AT = 32_769

# Which kinds a file of this ending may be by its bytes; endings that are not here may be anything.
EXPECTED: dict[str, frozenset[Kind]] = {
    "pdf": frozenset({Kind.PDF}),
    **dict.fromkeys(("docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "odt", "ods", "odp"), frozenset({Kind.OFFICE_XML, Kind.OLE})),
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), frozenset({Kind.OLE})),
    "zip": frozenset({Kind.ZIP, Kind.OFFICE_XML}),
    "png": frozenset({Kind.PNG}),
    **dict.fromkeys(("jpg", "jpeg"), frozenset({Kind.JPEG})),
    "gif": frozenset({Kind.GIF}),
    **dict.fromkeys(("gz", "tgz"), frozenset({Kind.GZIP})),
    "7z": frozenset({Kind.SEVEN_ZIP}),
    "rar": frozenset({Kind.RAR}),
    **dict.fromkeys(("txt", "csv", "ics", "vcf", "md"), frozenset({Kind.UNKNOWN})),
}  # fmt: skip


def look_into(stream: BinaryIO) -> Contents:
    """What a seekable file is and holds; damaged ones are what their first bytes say. Leaves the stream anywhere."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    kind = _kind_of(head)
    if kind is Kind.ZIP:
        return _look_into_zip(stream)
    if kind is Kind.OLE:
        return _look_into_ole(stream)
    if kind is Kind.PDF:
        return Contents(kind, _signs_of_pdf(stream))
    return Contents(kind)


def contradicts(name: str, kind: Kind) -> bool:
    """Whether the bytes are something else than the ending says."""
    expected = EXPECTED.get(ending_of(name))
    if expected is not None:
        return kind not in expected
    return kind in {Kind.PROGRAM, Kind.SHORTCUT} and ending_of(name) not in RUNS


def _kind_of(head: bytes) -> Kind:
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[_ISO_AT : _ISO_AT + 5] == b"CD001":
        return Kind.DISK_IMAGE
    text = head[:1_000].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").lower()
    return Kind.HTML if text.startswith((b"<!doctype html", b"<html", b"<script", b"<svg")) else Kind.UNKNOWN


def _look_into_zip(stream: BinaryIO) -> Contents:
    """By its list alone; nothing is unpacked."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()[:MAX_LISTED]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return Contents(Kind.ZIP)
    names = [entry.filename.lower() for entry in entries]
    is_office = "[content_types].xml" in names or any(name == "mimetype" for name in names[:1])
    found = []
    if any(entry.flag_bits & 1 for entry in entries):
        found.append(Sign.ENCRYPTED)
    if any(name.endswith("vbaproject.bin") for name in names):
        found.append(Sign.MACROS)
    if not is_office and _holds_program(names):
        found.append(Sign.PROGRAM_INSIDE)
    return Contents(Kind.OFFICE_XML if is_office else Kind.ZIP, tuple(found))


def _holds_program(names: Sequence[str]) -> bool:
    return any(ending_of(name.rpartition("/")[2]) in RUNS for name in names)


def _look_into_ole(stream: BinaryIO) -> Contents:
    """Old Office files keep macros in streams of known names, UTF-16; new ones with a password are OLE files, too."""
    signs = []
    if _finds(stream, "_VBA_PROJECT".encode("utf-16-le")):
        signs.append(Sign.MACROS)
    if _finds(stream, "EncryptedPackage".encode("utf-16-le")):
        signs.append(Sign.ENCRYPTED)
    return Contents(Kind.OLE, tuple(signs))


def _signs_of_pdf(stream: BinaryIO) -> tuple[Sign, ...]:
    return (Sign.ENCRYPTED,) if _finds(stream, b"/Encrypt ") else ()


def _finds(stream: BinaryIO, words: bytes) -> bool:
    stream.seek(0)
    tail = b""
    while block := stream.read(1024 * 1024):
        if words in tail + block:
            return True
        tail = block[-len(words) :]
    return False
