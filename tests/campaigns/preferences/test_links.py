from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, strategies as st

from campaigns.preferences.links import BadLink, Fault, read_token, unsubscribe_url

OLD, NEW = "k1:" + "a" * 40, "k2:" + "b" * 40


def token_of(delivery_id: int) -> str:
    return unsubscribe_url(delivery_id).rpartition("/")[2]


def first_version(delivery_id: int, secret: str) -> str:
    """A link as the first release made it."""
    key = hashlib.blake2b(secret.encode(), person=b"unsubscribe", digest_size=32).digest()
    mac = hashlib.blake2b(str(delivery_id).encode(), key=key, digest_size=15).digest()
    return f"1-{delivery_id}-{urlsafe_b64encode(mac).decode()}"


def fault_of(token: str) -> Fault:
    with pytest.raises(BadLink) as caught:
        read_token(token)
    return caught.value.fault


def test_a_token_opens_only_its_own_delivery():
    token = token_of(41)
    assert read_token(token) == 41
    assert fault_of(token.replace("-41-", "-42-")) is Fault.FORGED


def test_a_link_of_the_first_version_still_works(settings):
    assert read_token(first_version(41, settings.SECRET_KEY)) == 41
    assert fault_of(first_version(41, "another key")) is Fault.FORGED


@pytest.mark.parametrize("make", [lambda secret: first_version(41, secret), lambda _secret: token_of(41)])
def test_links_outlive_the_secret_key_by_its_fallback(settings, make):
    before = settings.SECRET_KEY
    token = make(before)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "quite another key", [before]
    assert read_token(token) == 41
    settings.SECRET_KEY_FALLBACKS = []
    assert fault_of(token) is Fault.FORGED


def test_own_keys_outlive_any_secret_key(settings):
    settings.UNSUBSCRIBE_KEYS = [OLD]
    token = token_of(41)
    assert token.startswith("2-k1-41-")
    settings.SECRET_KEY = "quite another key"
    settings.UNSUBSCRIBE_KEYS = [NEW, OLD]
    assert token_of(41).startswith("2-k2-41-")
    assert read_token(token) == 41
    settings.UNSUBSCRIBE_KEYS = [NEW]
    assert fault_of(token) is Fault.RETIRED


def test_what_mail_programs_do_to_links_does_no_harm():
    token = token_of(41)
    for seen in (token.upper(), token + ".", token + ">", token + "/", token + ")", f" {token}\r\n"):
        assert read_token(seen) == 41


@pytest.mark.parametrize("token", [token_of(7), "1-7-" + "A" * 20])
def test_each_shorter_link_is_named_cut_off(token):
    for length in range(len(token)):
        assert fault_of(token[:length]) is Fault.TRUNCATED


@pytest.mark.parametrize(
    "token", ["x", "3-1-abc", "1-٣-abc", "1-" + "9" * 50 + "-a", "2-k1-7-" + "0" * 24, "1" * 100_000, "2-\0-7-a"]
)
def test_what_never_was_a_link_is_named_damaged(token):
    assert fault_of(token) is Fault.DAMAGED


def test_a_number_beyond_the_database_is_no_link_of_ours():
    assert fault_of(f"1-{'9' * 19}-{'A' * 20}") is Fault.FORGED


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    fault_of(text)


@given(st.integers(0, 2**62), st.integers(0, 30), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567-"))
def test_no_link_with_one_changed_character_opens_another(delivery_id, place, character):
    token = token_of(delivery_id)
    changed = token[:place] + character + token[place + 1 :]
    if changed == token:
        return
    try:
        assert read_token(changed) == delivery_id
    except BadLink:
        return
