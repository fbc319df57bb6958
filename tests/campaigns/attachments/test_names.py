from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from campaigns.attachments.names import (
    MAX_NAME_CHARS,
    clean_file_name,
    content_type_of,
    ending_of,
    hides_its_ending,
    name_key,
)
from portal.mail.attachment import Attachment, encode_attachment


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\anna\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("folder/.htaccess", "htaccess"),
        ("a\r\nBcc: x.pdf", "aBcc_ x.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("  many   blanks .pdf ", "many blanks .pdf"),
        ('q"uo<te>.pdf', "q_uo_te_.pdf"),
        ("", "file"),
        ("...", "file"),
        ("/", "file"),
        ("u\u0308ber.pdf", "\u00fcber.pdf"),
    ],
)
def test_a_name_is_made_safe(given_name, clean):
    assert clean_file_name(given_name) == clean


def test_a_long_name_keeps_its_ending():
    clean = clean_file_name("x" * 500 + ".pdf")
    assert clean.endswith("x.pdf")
    assert len(clean) == MAX_NAME_CHARS


@given(st.text(max_size=400))
def test_whatever_a_file_is_called_it_can_be_sent(name):
    encode_attachment(Attachment(clean_file_name(name), content_type_of(name), b"x"))


@pytest.mark.parametrize("spelling", ["Invoice-1.PDF", "invoice-1.pdf", "  invoice-1.pdf", "2026/invoice-1.pdf"])
def test_spellings_of_one_name_are_one_file(spelling):
    assert name_key(spelling) == name_key("invoice-1.pdf")


def test_different_names_are_different_files():
    assert name_key("invoice-1.pdf") != name_key("invoice-11.pdf")


@pytest.mark.parametrize(("name", "hides"), [
    ("invoice.pdf.exe", True), ("photo.jpg.js", True), ("letter.doc.docm", True),
    ("invoice.2026.pdf", False), ("setup.exe", False), ("archive.tar.gz", False),
])  # fmt: skip
def test_a_double_ending_is_found(name, hides):
    assert hides_its_ending(name) is hides


@pytest.mark.parametrize(("name", "ending"), [("a.PDF", "pdf"), ("a", ""), (".x", ""), ("a.tar.gz", "gz")])
def test_the_ending_is_what_follows_the_last_dot(name, ending):
    assert ending_of(name) == ending


@pytest.mark.parametrize(("name", "declared", "found"), [
    ("a.pdf", "", "application/pdf"),
    ("a.pdf", "application/octet-stream", "application/pdf"),
    ("a.csv", "text/csv; charset=utf-8", "text/csv"),
    ("a.unknown-thing", "", "application/octet-stream"),
    ("a.tar.gz", "", "application/octet-stream"),
    ("a.pdf", "multipart/mixed", "application/pdf"),
    ("a.eml", "message/rfc822", "application/octet-stream"),
    ("a.pdf", "x\r\nBcc: y", "application/pdf"),
])  # fmt: skip
def test_the_type_is_one_that_can_be_sent(name, declared, found):
    assert content_type_of(name, declared) == found
