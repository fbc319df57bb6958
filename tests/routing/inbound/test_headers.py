from __future__ import annotations

import pytest

from routing.inbound.headers import addresses_in, body_of, decoded, header_block, read_headers
from routing.inbound.loops import MAX_HOPS, is_automatic, is_list_mail, is_loop, is_robot, trace_value


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_headers_and_body_part_at_the_first_empty_line_whatever_the_line_ends(end):
    raw = end.join([b"A: 1", b"B: 2", b"", b"body", b"", b"more"])
    assert read_headers(raw) == (("A", "1"), ("B", "2"))
    assert body_of(raw) == end.join([b"body", b"", b"more"])


def test_folded_values_are_one_line():
    assert read_headers(b"Subject: a\r\n b\r\n\tc\r\n\r\n") == (("Subject", "a b c"),)


def test_lines_that_are_no_header_are_passed_over():
    assert read_headers(b"nonsense\r\nA: 1\r\n : x\r\nB b: 2\r\n\r\n") == (("A", "1 : x"),)


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\0\0", b"\r\r\r", b"no header at all", b"\xff\xfe: \xff\r\n\r\n"])
def test_nothing_makes_the_reader_fail(raw):
    read_headers(raw)
    assert header_block(raw) + body_of(raw) in raw


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3LDvMOfZQ==?= x", "Grüße x"),
        ("=?nonsense?q?abc?=", "=?nonsense?q?abc?="),
        ("=?utf-8?b?R3L?=", "Gr"),
        ("plain  text", "plain text"),
    ],
)
def test_encoded_words_are_read_where_they_can_be(text, meaning):
    assert decoded(text) == meaning


def test_addresses_are_found_in_headers():
    assert addresses_in('"A, B" <a@b.example>, c@d.example') == ("a@b.example", "c@d.example")
    assert addresses_in("(" * 5_000) == ()


SECRET = b"secret"


def test_mail_that_was_routed_for_the_same_recipient_is_a_loop():
    headers = (("X-Postroom-Routed", trace_value("a@in.example", SECRET)),)
    assert is_loop(headers, "a@in.example", SECRET)
    assert not is_loop(headers, "b@in.example", SECRET)
    assert not is_loop(headers, "a@in.example", b"another installation")


def test_mail_that_went_through_too_many_servers_is_a_loop():
    assert is_loop((("Received", "x"),) * (MAX_HOPS + 1), "a@in.example", SECRET)
    assert not is_loop((("Received", "x"),) * MAX_HOPS, "a@in.example", SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; x"),
        ("Precedence", "bulk"),
        ("Content-Type", "multipart/report; report-type=delivery-status"),
        ("X-Autoreply", "yes"),
    ],
)
def test_machines_are_known_by_their_headers(name, value):
    assert is_automatic(((name, value),))


def test_a_person_is_no_machine():
    assert not is_automatic((("Auto-Submitted", "no"), ("Content-Type", "text/plain")))


@pytest.mark.parametrize("name", ["List-Id", "List-Unsubscribe", "Mailing-List"])
def test_lists_are_known_by_their_headers(name):
    assert is_list_mail(((name, "x"),))


@pytest.mark.parametrize("address", ["", "MAILER-DAEMON@a.example", "bounce+12@a.example", "no-reply@a.example"])
def test_nobody_reads_the_mail_of_robots(address):
    assert is_robot(address)
    assert not is_robot("ada@a.example")
