from __future__ import annotations

import pytest

from routing.inbound.mime_view import MAX_PARTS, MAX_SHOWN_CHARS, read_mail


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return head + b"Content-Type: text/plain\r\n\r\ndeep down\r\n"


def test_text_html_and_attachments_are_told_apart():
    raw = (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        b"--a\r\nContent-Type: text/plain\r\n\r\nplain\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--a--\r\n"
        b"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--m--\r\n"
    )
    mail = read_mail(raw)
    assert (mail.text.strip(), mail.html.strip()) == ("plain", "<p>rich</p>")
    assert [(file.name, file.content_type, file.size_bytes) for file in mail.attachments] == [
        ("ü.pdf", "application/pdf", 3)
    ]


def test_a_mail_within_the_mail_is_one_attachment():
    raw = (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nsee below\r\n"
        b"--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nsecret words\r\n--m--\r\n"
    )
    mail = read_mail(raw)
    assert mail.text.strip() == "see below"
    assert [file.content_type for file in mail.attachments] == ["message/rfc822"]
    assert "secret" not in mail.text


@pytest.mark.parametrize(
    "charset", [b"x-unknown", b"", b"utf-8; drop", b"\xff\xfe", b"hex", b"rot13", b"idna", b"a\x00b"]
)
def test_a_charset_that_nobody_knows_still_gives_the_words(charset):
    mail = read_mail(b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\nhello\r\n")
    assert "hello" in mail.text


def test_broken_characters_and_nul_do_not_stop_it():
    mail = read_mail(b"Content-Type: text/plain; charset=utf-8\r\n\r\na\x00b\xff\xfec")
    assert mail.text.startswith("ab")
    assert "\0" not in mail.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\nbody only",
        b"no header at all",
        b"\0" * 100,
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 666 x\r\n???",
        b"Content-Type: text/plain; name*=x-nope'en'%ff\r\n\r\nx",
        b"Content-Disposition: attachment; filename*0*=utf-8''%e4; filename*2=b\r\n\r\nx",
        b"Content-Type: ;;;\r\n\r\nx",
        nested(50),
        nested(3_000),
    ],
)
def test_odd_mail_gives_less_and_never_an_error(raw):
    read_mail(raw)


def test_a_flood_of_parts_is_cut():
    part = b"--m\r\nContent-Type: image/png\r\n\r\nx\r\n"
    mail = read_mail(b"Content-Type: multipart/mixed; boundary=m\r\n\r\n" + part * (MAX_PARTS * 2) + b"--m--\r\n")
    assert len(mail.attachments) < MAX_PARTS


def test_a_very_long_text_is_cut():
    assert len(read_mail(b"Subject: x\r\n\r\n" + b"a" * (MAX_SHOWN_CHARS + 9)).text) == MAX_SHOWN_CHARS


def test_the_name_of_a_file_holds_nothing_that_turns_it_round():
    raw = b"Content-Disposition: attachment; filename*=utf-8''%E2%80%AEexe.pdf%0A\r\n\r\nx"
    assert read_mail(raw).attachments[0].name == "exe.pdf"
