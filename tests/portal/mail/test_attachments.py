from __future__ import annotations

import email
import email.policy
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from portal.mail.attachment import BLOCK_BYTES, Attachment, encode_attachment, encode_file, encoded_bytes
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders
from portal.mail.encoded_words import UnsafeHeader
from portal.mail.segments import NO_TEXT, Segments

SENT_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TO_BOB = RecipientHeaders(Mailbox("Bob", "bob@example.org"), "abc-1@example.org", SENT_AT)
HOLES = {"h0": "Bob"}
NAMES = [
    "plain.pdf",
    "with blank.pdf",
    'quo"ted; semi=colon.pdf',
    "back\\slash.pdf",
    "Übersicht.pdf",
    "漢字.docx",
    "عربي.pdf",
    "👩‍🚀.png",
    "100%.pdf",
    "it's.pdf",
    "a" * 250 + ".txt",
    "ü" * 200 + ".pdf",
    ".hidden",
    "no ending",
    "=?utf-8?q?trick?=.pdf",
]


class TricklingStream(io.BytesIO):
    """Gives a few bytes less than it is asked for, as a network does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 3 else size // 2 + 1)


def skeleton(**parts) -> MimeSkeleton:
    text, html = Segments(("Hello\n",), ()), Segments(("<p>", "</p>"), ("h0",))
    subject = Segments(("Hello",), ())
    return MimeSkeleton(
        **{"sender": Mailbox("", "post@acme.example"), "subject": subject, "text": text, "html": html, **parts}
    )


def parsed(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_arrives_under_it(name):
    raw = skeleton(attachments=[Attachment(name, "application/pdf", b"x")]).build(HOLES, TO_BOB)
    (file,) = parsed(raw).iter_attachments()
    assert file.get_filename() == name
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize("name", ["x\r\nBcc: y@example.org", "x\ny", "x\0y", ""])
def test_a_name_that_would_break_the_header_is_refused(name):
    with pytest.raises(UnsafeHeader):
        encode_attachment(Attachment(name, "application/pdf", b"x"))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_content_arrives_byte_for_byte(content):
    raw = skeleton(attachments=[Attachment("x.bin", "application/octet-stream", content)]).build(HOLES, TO_BOB)
    (file,) = parsed(raw).iter_attachments()
    assert file.get_content() == content


@pytest.mark.parametrize("size", [BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 58])
def test_a_large_file_is_encoded_in_blocks_of_whole_lines_however_it_is_read(size):
    content = bytes(number % 251 for number in range(256)) * (size // 256 + 1)
    content = content[:size]
    file = encode_file(TricklingStream(content), filename="x.bin", content_type="application/octet-stream")
    assert sum(map(len, file.blocks)) == encoded_bytes(size)
    raw = skeleton(attachments=[file]).build(HOLES, TO_BOB)
    (arrived,) = parsed(raw).iter_attachments()
    assert arrived.get_content() == content


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 114, 5_000])
def test_the_size_in_a_mail_is_known_beforehand(size):
    file = encode_attachment(Attachment("x.bin", "application/octet-stream", b"x" * size))
    assert sum(map(len, file.blocks)) == encoded_bytes(size)


def test_mails_share_the_blocks_of_a_large_file():
    file = encode_attachment(Attachment("x.bin", "application/octet-stream", b"x" * BLOCK_BYTES * 2))
    made = skeleton(attachments=[file])
    first, second = made.pieces(HOLES, TO_BOB), made.pieces(HOLES, TO_BOB)
    for block in file.blocks:
        assert any(piece is block for piece in first)
        assert any(piece is block for piece in second)


def test_a_file_of_ones_own_stands_among_the_others():
    shared = Attachment("all.pdf", "application/pdf", b"all")
    own = encode_attachment(Attachment("mine.pdf", "application/pdf", b"mine"))
    made = skeleton(attachments=[shared], has_own_file=True)
    message = parsed(b"".join(made.pieces(HOLES, TO_BOB, own)))
    assert [(file.get_filename(), file.get_content()) for file in message.iter_attachments()] == [
        ("all.pdf", b"all"), ("mine.pdf", b"mine"),
    ]  # fmt: skip
    assert "Bob" in message.get_body(("html",)).get_content()
    assert not message.defects


def test_images_stand_beside_the_html_and_files_beside_the_whole():
    image = Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo@acme.example")
    message = parsed(skeleton(attachments=[image, Attachment("a.pdf", "application/pdf", b"a")]).build(HOLES, TO_BOB))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    assert not message.defects


def test_without_html_nothing_is_lost_that_it_would_have_shown():
    image = Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo@acme.example")
    raw = skeleton(html=NO_TEXT, attachments=[image]).build({}, TO_BOB)
    assert [part.get_filename() for part in parsed(raw).iter_attachments()] == ["logo.png"]


def test_no_line_of_a_file_begins_with_a_dot():
    file = encode_attachment(Attachment(".dots", "application/octet-stream", Path(__file__).read_bytes()))
    assert b"\r\n." not in file.head + b"".join(file.blocks)
