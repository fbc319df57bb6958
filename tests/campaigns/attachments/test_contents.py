from __future__ import annotations

import io
import zipfile

import pytest

from campaigns.attachments.contents import Kind, Sign, contradicts, look_into
from tests.factories.attachments import PDF, zip_file
from tests.factories.images import picture_file


def seen(content: bytes):
    return look_into(io.BytesIO(content))


def encrypted_zip() -> bytes:
    content = bytearray(zip_file({"secret.txt": b"x"}, compression=zipfile.ZIP_STORED).getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(("content", "kind"), [
    (PDF, Kind.PDF),
    (b"MZ\x90\x00", Kind.PROGRAM),
    (b"\x7fELF\x02", Kind.PROGRAM),
    (b"#!/bin/sh\n", Kind.SCRIPT),
    (b"  <!DOCTYPE html><p>", Kind.HTML),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Kind.SHORTCUT),
    (b"\0" * 32_769 + b"CD001", Kind.DISK_IMAGE),
    (b"name,town\n", Kind.UNKNOWN),
    (b"", Kind.UNKNOWN),
    (picture_file("PNG"), Kind.PNG),
    (picture_file("JPEG"), Kind.JPEG),
])  # fmt: skip
def test_a_file_is_known_by_its_bytes(content, kind):
    assert seen(content).kind is kind


def test_an_office_document_with_macros_says_so():
    content = zip_file({"[Content_Types].xml": b"x", "word/vbaProject.bin": b"x"}).getvalue()
    assert seen(content) == (Kind.OFFICE_XML, (Sign.MACROS,))


def test_an_old_office_document_with_macros_says_so():
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000_000 + "_VBA_PROJECT".encode("utf-16-le")
    assert seen(content) == (Kind.OLE, (Sign.MACROS,))


def test_a_zip_says_what_is_in_it():
    assert seen(zip_file({"a/setup.EXE": b"x"}).getvalue()) == (Kind.ZIP, (Sign.PROGRAM_INSIDE,))
    assert seen(zip_file({"a/photo.jpg": b"x"}).getvalue()) == (Kind.ZIP, ())
    assert seen(encrypted_zip()) == (Kind.ZIP, (Sign.ENCRYPTED,))


def test_a_pdf_with_a_password_says_so():
    assert seen(b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>") == (Kind.PDF, (Sign.ENCRYPTED,))


def test_a_damaged_zip_is_still_a_zip():
    assert seen(b"PK\x03\x04 and nothing more") == (Kind.ZIP, ())


@pytest.mark.parametrize(("name", "kind", "is_wrong"), [
    ("a.pdf", Kind.PDF, False), ("a.pdf", Kind.PROGRAM, True), ("a.pdf", Kind.UNKNOWN, True),
    ("a.docx", Kind.OFFICE_XML, False), ("a.docx", Kind.ZIP, True), ("a.jpg", Kind.PNG, True),
    ("a.xyz", Kind.PDF, False), ("a.xyz", Kind.PROGRAM, True), ("a.exe", Kind.PROGRAM, False), ("a.csv", Kind.HTML, True),
])  # fmt: skip
def test_bytes_that_contradict_the_ending_are_found(name, kind, is_wrong):
    assert contradicts(name, kind) is is_wrong
