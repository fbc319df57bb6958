from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.checks import run_checks

from credentials.encryption import local_master
from credentials.encryption.services import seal, unseal
from portal.errors import ConfigurationError


def test_the_file_is_made_at_first_use_for_its_owner_alone(own_keys):
    assert not local_master.path().exists()
    seal("secret", table="t", row="1")

    assert stat.S_IMODE(local_master.path().stat().st_mode) == 0o600
    assert [path.name for path in own_keys.iterdir()] == [local_master.FILE_NAME]


def test_several_at_once_make_one_key():
    with ThreadPoolExecutor(8) as threads:
        versions = set(threads.map(lambda _number: local_master.newest_version(), range(16)))
    assert len(versions) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_touch_is_refused(mode):
    sealed = seal("secret", table="t", row="1")
    local_master.path().chmod(mode)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        unseal(sealed, table="t", row="2")
    with pytest.raises(ConfigurationError, match="chmod 600"):
        seal("secret", table="t", row="1")
    assert _findings() == {"credentials.E001"}


@pytest.mark.parametrize("text", ["", "1-ab\n", "1-ab short\n", "1-ab !!!\n", "\xff"])
def test_a_file_that_holds_no_keys_is_named(text):
    local_master.path().write_text(text, encoding="latin-1")
    local_master.path().chmod(0o600)

    with pytest.raises(ConfigurationError):
        seal("secret", table="t", row="1")
    assert _findings() == {"credentials.E001"}


def test_a_sound_file_and_none_at_all_are_fine():
    assert _findings() == set()
    seal("secret", table="t", row="1")
    assert _findings() == set()


def test_a_key_that_is_not_in_the_file_is_named():
    sealed = seal("secret", table="t", row="1")
    version = local_master.newest_version()
    local_master.path().unlink()
    local_master.newest_version()

    with pytest.raises(ConfigurationError, match=version):
        unseal(sealed, table="t", row="2")


def test_a_deployment_without_kms_is_warned(settings):
    found = {str(message.id) for message in run_checks(include_deployment_checks=True)}
    assert "credentials.W001" in found
    settings.KMS_KEY_ID = "alias/postroom"
    assert "credentials.W001" not in {str(message.id) for message in run_checks(include_deployment_checks=True)}


def _findings() -> set[str]:
    return {str(message.id) for message in run_checks() if str(message.id).startswith("credentials.")}
