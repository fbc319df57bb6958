from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import BadKey, KeyWishes, change_key, create_key, key_of, note_use, revoke_key
from portal.errors import InvalidInput
from portal.models import Activity
from tests.factories.api import make_key

pytestmark = pytest.mark.django_db


def test_the_secret_is_nowhere():
    made = make_key()
    row = ApiKey.objects.filter(pk=made.key.pk).values().get()
    assert made.text.startswith(f"pr_live_{made.key.prefix}_")
    assert made.text not in str(row)
    assert made.text.rpartition("_")[2] not in str(row)
    assert made.text not in repr(made)
    assert made.text not in str(list(Activity.objects.values()))


def test_a_key_opens_and_nothing_else_does():
    made = make_key()
    assert key_of(made.text) == made.key
    for text in (
        "",
        "pr_live",
        made.text[:-1],
        made.text + "x",
        made.text.replace("live", "test"),
        "pr_live_x_" + "a" * 43,
    ):
        with pytest.raises(BadKey):
            key_of(text)


def test_revoked_and_expired_keys_open_nothing_from_then_on():
    made = make_key(expires_at=timezone.now() + timedelta(days=1))
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False), pytest.raises(BadKey) as expired:
        key_of(made.text)
    revoke_key(made.key.pk, actor=None)
    with pytest.raises(BadKey) as revoked:
        key_of(made.text)
    assert (expired.value.code, revoked.value.code) == ("expired", "revoked")
    assert revoke_key(made.key.pk, actor=None).revoked_at is not None
    assert list(Activity.objects.order_by("pk").values_list("verb", flat=True)) == [
        "api_key.created",
        "api_key.revoked",
    ]


def test_its_use_is_noted_at_most_once_a_minute(django_assert_num_queries):
    key = make_key().key
    note_use(key)
    key.refresh_from_db()
    first = key.last_used_at
    with django_assert_num_queries(0):
        note_use(key)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        note_use(key)
    key.refresh_from_db()
    assert first is not None
    assert key.last_used_at > first


def test_changing_a_key_keeps_its_secret_and_kind():
    made = make_key()
    change_key(made.key.pk, KeyWishes("Till", [Scope.READ_CONTACTS], guest_list_id=9), actor=None)
    key = key_of(made.text)
    assert (key.name, key.scopes, key.guest_list_id) == ("Till", ["contacts:read"], None)


@pytest.mark.parametrize(
    "wishes",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"name": "a\nb"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"per_minute": 0},
        {"kind": "root"},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_what_no_key_can_be_is_refused(wishes):
    with pytest.raises(InvalidInput):
        create_key(KeyWishes(**{"name": "Shop", "scopes": Scope.values, **wishes}), actor=None)


def test_the_command_prints_the_key_and_nothing_else():
    printed = StringIO()
    call_command("create_api_key", "Shop", "--scope", "messages:send", "--days", "30", "--test", stdout=printed)
    key = key_of(printed.getvalue().strip())
    assert (key.scopes, key.kind) == (["messages:send"], "test")
    assert key.expires_at is not None
    with pytest.raises(CommandError):
        call_command("create_api_key", " ", stdout=printed)
