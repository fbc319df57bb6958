"""Signatures of posts to other systems."""

from __future__ import annotations

import pytest

from portal.webhook_signing import is_genuine, new_secret, signed_headers

NOW_S = 1_700_000_000


def test_the_example_of_the_specification_is_signed_as_there():
    # From the reference libraries of Standard Webhooks (python/tests/test_webhooks.py).
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        timestamp_s=1614265330,
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_is_believed():
    secret = new_secret()
    headers = signed_headers("msg_1", b"{}", timestamp_s=NOW_S, secrets=[secret])
    assert is_genuine(headers, b"{}", secret=secret, now_s=NOW_S + 299)


def test_while_a_secret_is_replaced_both_prove_it():
    old, new = new_secret(), new_secret()
    headers = signed_headers("msg_1", b"{}", timestamp_s=NOW_S, secrets=[new, old])
    assert is_genuine(headers, b"{}", secret=old, now_s=NOW_S)
    assert is_genuine(headers, b"{}", secret=new, now_s=NOW_S)


@pytest.mark.parametrize(
    ("changes", "body", "now_s"),
    [
        ({}, b"{ }", NOW_S),
        ({"webhook-id": "msg_2"}, b"{}", NOW_S),
        ({"webhook-timestamp": str(NOW_S + 1)}, b"{}", NOW_S),
        ({"webhook-timestamp": "soon"}, b"{}", NOW_S),
        ({"webhook-timestamp": "१७"}, b"{}", NOW_S),
        ({"webhook-signature": "v1,"}, b"{}", NOW_S),
        ({"webhook-signature": "é"}, b"{}", NOW_S),
        ({}, b"{}", NOW_S + 301),
        ({}, b"{}", NOW_S - 301),
    ],
)
def test_what_was_changed_or_is_old_is_not_believed(changes, body, now_s):
    secret = new_secret()
    headers = signed_headers("msg_1", b"{}", timestamp_s=NOW_S, secrets=[secret]) | changes
    assert not is_genuine(headers, body, secret=secret, now_s=now_s)


def test_another_secret_proves_nothing():
    headers = signed_headers("msg_1", b"{}", timestamp_s=NOW_S, secrets=[new_secret()])
    assert not is_genuine(headers, b"{}", secret=new_secret(), now_s=NOW_S)


def test_a_secret_of_another_kind_is_an_error():
    with pytest.raises(ValueError, match="base64"):
        signed_headers("msg_1", b"{}", timestamp_s=NOW_S, secrets=["not a secret!"])
