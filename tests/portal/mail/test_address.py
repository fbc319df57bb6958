from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from portal.mail.address import Address, InvalidAddress, display_address, format_mailbox, parse_address
from portal.mail.encoded_words import UnsafeHeader


@pytest.mark.parametrize(
    ("typed", "address", "key"),
    [
        ("alice@example.org", "alice@example.org", "alice@example.org"),
        ("  Alice.B+news@Example.ORG \n", "Alice.B+news@example.org", "alice.b+news@example.org"),
        ("a@MÜLLER.de", "a@xn--mller-kva.de", "a@xn--mller-kva.de"),
        ("a@xn--mller-kva.de", "a@xn--mller-kva.de", "a@xn--mller-kva.de"),
        ("a@faß.de", "a@xn--fa-hia.de", "a@xn--fa-hia.de"),
        ("o'neil@example.org", "o'neil@example.org", "o'neil@example.org"),
        ("a@x。org", "a@x.org", "a@x.org"),
    ],
)
def test_an_address_is_read_and_normalised(typed, address, key):
    assert parse_address(typed) == Address(address, key)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \t\u00a0", "empty"),
        ("a@x, b@y", "two_addresses"),
        ("a@x.org b@y.org", "two_addresses"),
        ("a@x.org;b@y.org", "two_addresses"),
        ("alice@example.org)bob@evil.test", "two_addresses"),
        ("a@x.org\r\nBcc: b@y.org", "two_addresses"),
        ("nobody", "no_at"),
        ("a@b@c.org", "bad_local_part"),
        (".a@x.org", "bad_local_part"),
        ("a..b@x.org", "bad_local_part"),
        ("a,b@x.org", "bad_local_part"),
        ("ü@x.org", "bad_local_part"),
        ('"john doe"@x.org', "bad_local_part"),
        ("mailto:a@x.org", "bad_local_part"),
        ("@x.org", "bad_local_part"),
        ("a@", "bad_domain"),
        ("a@localhost", "bad_domain"),
        ("a@x..org", "bad_domain"),
        ("a@-x.org", "bad_domain"),
        ("a@x.org.", "bad_domain"),
        ("a@x.org,", "bad_domain"),
        ("a@ex_ample.org", "bad_domain"),
        ("a@192.0.2.1", "bad_domain"),
        ("a@[169.254.169.254]", "bad_domain"),
        ("a@xn--zzzzzzz-.de", "bad_domain"),
        ("a@\u2603.net", "bad_domain"),
        ("a@x.org\u200b", "control_character"),
        ("a@x\u202e.org", "control_character"),
        ("a\x00@x.org", "control_character"),
        ("a@x\u00ad.org", "control_character"),
        ("a" * 65 + "@x.org", "too_long"),
        ("a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 20 + ".org", "too_long"),
        ("a" * 100_000 + "@x.org", "too_long"),
    ],
)
def test_what_is_no_address_is_refused_with_its_code(typed, code):
    with pytest.raises(InvalidAddress) as refused:
        parse_address(typed)
    assert refused.value.code == code


def test_an_address_read_twice_is_the_same():
    assert parse_address("a@Straße.example") == parse_address("a@straße.example")


@given(st.text(max_size=60))
def test_whatever_is_read_is_plain_and_reads_as_itself(typed):
    try:
        address = parse_address(typed)
    except InvalidAddress:
        return
    assert address.address.isascii()
    assert address.address.isprintable()
    assert address.address.count("@") == 1
    assert parse_address(address.address) == address


def test_a_domain_is_shown_in_its_own_script():
    assert display_address("a@xn--mller-kva.de") == "a@müller.de"
    assert display_address("a@example.org") == "a@example.org"
    assert display_address("a@xn--\u0100") == "a@xn--\u0100"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "a@x.org"),
        (" \r\n ", "a@x.org"),
        ("Alice Li", "Alice Li <a@x.org>"),
        ("Li, Alice", '"Li, Alice" <a@x.org>'),
        ('Al "x" \\ Li', '"Al \\"x\\" \\\\ Li" <a@x.org>'),
        ("Zoë", "=?utf-8?b?Wm/Dqw==?= <a@x.org>"),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <a@x.org>"),
        ("x\r\nBcc: b@y.org", '"x  Bcc: b@y.org" <a@x.org>'),
        ("a\u202eb", "ab <a@x.org>"),
    ],
)
def test_a_mailbox_is_written_so_that_its_name_stays_a_name(name, written):
    assert format_mailbox(name, "a@x.org") == written


def test_a_mailbox_with_a_broken_address_is_refused():
    with pytest.raises(UnsafeHeader):
        format_mailbox("Alice", "a@x.org\r\nBcc: b@y.org")
