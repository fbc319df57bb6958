from __future__ import annotations

import pytest

from portal.errors import InvalidInput
from portal.mail.attachment import Attachment, encode_attachment
from portal.mail.encoded_words import UnsafeHeader
from portal.mail.headers import extra_header, mailbox_header, message_id_header, subject_header, unsubscribe_headers

BREAKS = ["\r\nBcc: evil@evil.test", "\nBcc: evil@evil.test", "\rBcc: x", "\x00", "\x0b", "\x0c", "\x85x", "\u2028x"]


@pytest.mark.parametrize("break_", BREAKS)
def test_no_header_takes_a_line_break(break_):
    for write in (
        lambda: subject_header("x" + break_),
        lambda: extra_header("List-Id", "x" + break_),
        lambda: message_id_header(f"abc{break_}@example.org"),
        lambda: unsubscribe_headers(f"https://example.org/{break_}"),
        lambda: mailbox_header("To", "Bob", f"bob{break_}@example.org"),
        lambda: encode_attachment(Attachment(f"x{break_}.pdf", "application/pdf", b"")),
        lambda: encode_attachment(Attachment("x.pdf", f"application/pdf{break_}", b"")),
    ):
        with pytest.raises(InvalidInput):
            write()


@pytest.mark.parametrize("break_", BREAKS)
def test_a_break_in_a_name_becomes_a_space(break_):
    header = mailbox_header("To", "Bob" + break_, "bob@example.org")
    assert header.count("\r\n") == 1
    assert header.endswith("<bob@example.org>\r\n")


@pytest.mark.parametrize(
    "name", ["Bcc", "To", "From", "Content-Type", "X-Anything", "List-Id:", "", "List-Id\r\n", "Ünïcode"]
)
def test_only_known_headers_may_be_added(name):
    with pytest.raises(UnsafeHeader):
        extra_header(name, "x")


@pytest.mark.parametrize(
    "url", ["javascript:x", "https://example.org/a b", "https://example.org/<x>", "/u/1", "https://exämple.org"]
)
def test_an_unsubscribe_link_must_be_a_plain_url(url):
    with pytest.raises(UnsafeHeader):
        unsubscribe_headers(url)


def test_one_click_is_only_offered_for_https():
    assert "One-Click" in unsubscribe_headers("https://example.org/u")
    assert "One-Click" not in unsubscribe_headers("mailto:u@example.org")
    assert unsubscribe_headers("") == ""


def test_a_subject_longer_than_a_header_may_be_is_refused():
    with pytest.raises(UnsafeHeader):
        subject_header("x" * 20_000)
