from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from credentials.encryption import opened
from credentials.encryption.envelope import BrokenSeal, read_sealed
from credentials.encryption.services import opened_keys, seal, unseal
from portal.aws import kms
from portal.errors import ConfigurationError, Unavailable

texts = st.text(max_size=200)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(plaintext=texts, table=texts, row=texts)
def test_what_was_sealed_opens_again(plaintext, table, row):
    assert unseal(seal(plaintext, table=table, row=row), table=table, row=row) == plaintext


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(own=st.tuples(texts, texts), other=st.tuples(texts, texts))
def test_it_opens_for_no_other_row(own, other):
    sealed = seal("secret", table=own[0], row=own[1])
    if own != other:
        with pytest.raises(BrokenSeal):
            unseal(sealed, table=other[0], row=other[1])


def test_the_same_text_is_never_sealed_the_same():
    assert seal("secret", table="t", row="1") != seal("secret", table="t", row="1")


def test_the_sealed_text_holds_nothing_of_the_secret():
    assert "correct horse" not in seal("correct horse", table="t", row="1")


def test_every_changed_character_is_noticed():
    sealed = seal("secret", table="t", row="1")
    for place, character in enumerate(sealed):
        changed = sealed[:place] + ("B" if character != "B" else "C") + sealed[place + 1 :]
        if changed.rstrip("=")[:-1] == sealed.rstrip("=")[:-1]:
            continue  # bits of base64 that mean nothing
        with pytest.raises(ConfigurationError):
            unseal(changed, table="t", row="1")


@pytest.mark.parametrize(
    "text", ["", "secret", "pr1$$a$b$c", "pr2$local:1$YQ==$YQ==$YQ==", "pr1$other:1$YQ==$YQ==$YQ=="]
)
def test_what_is_no_sealed_text_is_refused(text):
    with pytest.raises(BrokenSeal):
        unseal(text, table="t", row="1")


def test_kms_seals_where_a_key_of_it_is_named(kms_keys, own_keys):
    sealed = seal("secret", table="relay", row="7")

    assert read_sealed(sealed).master == f"kms:{kms_keys[0]}"
    assert unseal(sealed, table="relay", row="7") == "secret"
    assert list(own_keys.iterdir()) == []


def test_kms_opens_for_the_same_context_alone(kms_keys):
    sealed = seal("secret", table="relay", row="7")
    opened_keys.clear()

    with pytest.raises(BrokenSeal):
        unseal(sealed, table="relay", row="8")
    assert unseal(sealed, table="relay", row="7") == "secret"


def test_one_data_key_for_each_text(kms_keys):
    wrapped = {read_sealed(seal("secret", table="relay", row="7")).wrapped_key for _number in range(3)}
    assert len(wrapped) == 3


def test_while_kms_is_down_nothing_new_is_sealed(kms_keys, monkeypatch):
    _take_down(monkeypatch)

    with pytest.raises(Unavailable):
        seal("secret", table="relay", row="7")


def test_a_key_opened_lately_serves_while_kms_is_down(kms_keys, monkeypatch):
    clock = _Clock()
    monkeypatch.setattr(opened_keys, "_clock", clock)
    sealed = seal("secret", table="relay", row="7")
    _take_down(monkeypatch)

    clock.now_s = opened.FRESH_S + 1
    assert unseal(sealed, table="relay", row="7") == "secret"
    clock.now_s = opened.KEPT_S + 1
    with pytest.raises(Unavailable):
        unseal(sealed, table="relay", row="7")


def test_a_fresh_key_is_not_asked_for_again(kms_keys, monkeypatch):
    sealed = seal("secret", table="relay", row="7")
    asked = []
    monkeypatch.setattr(kms, "open_data_key", lambda *_args, **_keywords: asked.append(1))

    assert unseal(sealed, table="relay", row="7") == "secret"
    assert asked == []


def test_a_key_that_was_disabled_is_not_kept_in_use(kms_keys, monkeypatch):
    clock = _Clock()
    monkeypatch.setattr(opened_keys, "_clock", clock)
    sealed = seal("secret", table="relay", row="7")
    _let_fail(monkeypatch, ClientError({"Error": {"Code": "DisabledException", "Message": "disabled"}}, "Decrypt"))

    clock.now_s = opened.FRESH_S + 1
    with pytest.raises(ConfigurationError, match="KMS refused"):
        unseal(sealed, table="relay", row="7")
    with pytest.raises(ConfigurationError, match="KMS refused"):
        seal("secret", table="relay", row="7")


def test_few_opened_keys_are_kept():
    keys = opened.OpenedKeys(_Clock())
    for number in range(opened.MAX_KEYS + 5):
        keys.keep((b"%d" % number, "t", "1"), b"key")

    assert keys.fresh((b"4", "t", "1")) is None
    assert keys.fresh((b"5", "t", "1")) == b"key"


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _take_down(monkeypatch) -> None:
    _let_fail(monkeypatch, ConnectTimeoutError(endpoint_url="https://kms.invalid"))


def _let_fail(monkeypatch, error: Exception) -> None:
    def fails(*_args, **_keywords):
        raise error

    monkeypatch.setattr(kms._client(), "_make_api_call", fails)
