from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from campaigns.relays.connection_settings import open_password, seal_password
from campaigns.relays.models import Relay
from credentials.encryption import rotation
from credentials.encryption.columns import sealed_columns
from credentials.encryption.services import newest_prefix, opened_keys, seal, unseal
from credentials.grants.models import TABLE as GRANT_TABLE
from portal.errors import Unavailable
from tests.factories.gmail import make_grant
from tests.factories.relays import make_relay

pytestmark = pytest.mark.django_db


def test_every_column_of_sealed_texts_is_registered():
    registered = {(column.model, column.column) for column in sealed_columns()}
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.startswith("sealed") and isinstance(field, models.TextField | models.CharField)
    }
    assert found
    assert found - registered == set()


def test_tokens_of_consents_are_sealed_anew():
    grant = make_grant(refresh_token="granted for long")
    before = grant.sealed_refresh_token

    assert "credentials.OAuthGrant.sealed_refresh_token: 1 sealed anew, 0 to do" in _run("--new-local-key")

    grant.refresh_from_db()
    assert grant.sealed_refresh_token != before
    assert unseal(grant.sealed_refresh_token, table=GRANT_TABLE, row=grant.row) == unseal(
        before, table=GRANT_TABLE, row=grant.row
    )


def test_all_is_sealed_anew_under_a_new_local_key():
    relays = [make_relay(password=f"secret {number}") for number in range(3)]
    make_relay(password="")

    said = _run("--new-local-key")

    assert "campaigns.Relay.sealed_password: 3 sealed anew, 0 to do" in said
    assert _passwords(relays) == ["secret 0", "secret 1", "secret 2"]
    assert _under_newest(relays) == 3


def test_a_second_run_finds_nothing_to_do():
    make_relay(password="secret")
    _run("--new-local-key")
    before = Relay.objects.get().sealed_password

    assert "0 sealed anew, 0 to do" in _run()
    assert Relay.objects.get().sealed_password == before


def test_from_the_file_to_kms_and_on_to_the_next_key(kms_keys, settings):
    settings.KMS_KEY_ID = ""
    relay = make_relay(password="secret")
    for arn in kms_keys:
        settings.KMS_KEY_ID = arn
        opened_keys.clear()
        assert "1 under an older key" in _run("--check")
        _run()
        assert Relay.objects.get().sealed_password.startswith(f"pr1$kms:{arn}$")
        assert _passwords([relay]) == ["secret"]


def test_stopped_half_way_the_next_run_goes_on(monkeypatch):
    relays = [make_relay(password=f"secret {number}") for number in range(3)]
    real, asked = seal, []

    def fails_at_the_second(plaintext, **context):
        asked.append(plaintext)
        if len(asked) == 2:
            raise Unavailable("KMS is down.", service="kms")
        return real(plaintext, **context)

    monkeypatch.setattr(rotation, "seal", fails_at_the_second)
    with pytest.raises(CommandError, match=r"KMS is down.*run the command again"):
        _run("--new-local-key")
    assert _under_newest(relays) == 1

    assert "2 sealed anew, 0 to do" in _run()
    assert _passwords(relays) == ["secret 0", "secret 1", "secret 2"]


def test_a_password_changed_meanwhile_stays(monkeypatch):
    relay = make_relay(password="old")
    real = seal

    def changes_meanwhile(plaintext, **context):
        Relay.objects.filter(pk=relay.pk).update(sealed_password=seal_password(relay, "new"))
        return real(plaintext, **context)

    monkeypatch.setattr(rotation, "seal", changes_meanwhile)
    _run("--new-local-key")

    assert _passwords([relay]) == ["new"]


def test_a_local_key_is_not_made_beside_kms(settings):
    settings.KMS_KEY_ID = "alias/postroom"
    with pytest.raises(CommandError, match="KMS_KEY_ID is set"):
        _run("--new-local-key")


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("reencrypt", *words, stdout=out)
    return out.getvalue()


def _passwords(relays: list[Relay]) -> list[str]:
    opened_keys.clear()
    return [open_password(Relay.objects.get(pk=relay.pk)) for relay in relays]


def _under_newest(relays: list[Relay]) -> int:
    return Relay.objects.filter(
        pk__in=[relay.pk for relay in relays], sealed_password__startswith=newest_prefix()
    ).count()
