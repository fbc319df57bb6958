from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from portal.accounts.cipher import Cipher, register_cipher
from portal.accounts.models import AccountMail, AccountSecret
from portal.errors import Unavailable
from portal.models import Activity
from portal.roles import OWNER
from tests.factories.accounts import PASSWORD, code_of, give_app, give_codes, make_user

pytestmark = pytest.mark.django_db


def first_step(client, username: str = "ann", password: str = PASSWORD, query: str = ""):
    return client.post(reverse("admin:login") + query, {"username": username, "password": password})


def second_step(client, code: str):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_in(client) -> bool:
    return client.get(reverse("admin:own_settings")).status_code == 200


@pytest.fixture
def ann():
    return make_user()


def test_without_a_second_factor_the_password_is_enough(client, ann):
    assert first_step(client).url == reverse("admin:index")
    assert is_in(client)


def test_with_an_app_the_password_alone_opens_nothing(client, ann):
    give_app(ann)
    assert first_step(client).url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get(reverse("own_account")).status_code == 302


def test_the_code_of_the_app_opens_the_portal_where_one_wanted_to_go(client, ann):
    secret = give_app(ann)
    first_step(client, query="?next=/admin/portal/alert/")
    assert second_step(client, code_of(secret)).url == "/admin/portal/alert/"
    assert is_in(client)


def test_without_the_first_step_the_second_leads_back(client, ann):
    secret = give_app(ann)
    assert second_step(client, code_of(secret)).url == reverse("account_login")
    assert not is_in(client)


def test_a_code_works_once(client, ann):
    code = code_of(give_app(ann))
    first_step(client)
    second_step(client, code)
    client.logout()
    first_step(client)
    assert "used already" in second_step(client, code).content.decode()
    assert not is_in(client)


def test_a_recovery_code_works_once(client, ann):
    give_app(ann)
    code = give_codes(ann)[3]
    first_step(client)
    second_step(client, code)
    assert is_in(client)
    client.logout()
    first_step(client)
    second_step(client, code)
    assert not is_in(client)


def test_wrong_codes_lock_the_name_as_wrong_passwords_do(client, ann):
    secret = give_app(ann)
    for _guess in range(10):
        first_step(client)
        second_step(client, "000000")
    assert first_step(client).status_code == 429
    assert second_step(client, code_of(secret)).status_code == 429
    assert not is_in(client)


def test_somebody_who_may_not_log_in_comes_no_further_than_the_password(client, ann):
    secret = give_app(ann)
    first_step(client)
    ann.is_active = False
    ann.save()
    second_step(client, code_of(secret))
    assert not is_in(client)


def test_when_secrets_cannot_be_opened_the_page_says_so(client, ann, monkeypatch):
    give_app(ann)

    def down(*_args, **_kwargs) -> str:
        raise Unavailable("KMS is down", service="kms")

    from portal.accounts import cipher

    monkeypatch.setattr(cipher, "_registered", list(cipher._registered))
    register_cipher(Cipher(seal=down, unseal=down))
    first_step(client)
    assert "cannot be checked at the moment" in second_step(client, "123456").content.decode()


def confirm(client) -> None:
    client.post(reverse("account_reauthenticate"), {"proof": PASSWORD})


def test_an_app_is_added_by_its_first_code_after_the_password_was_asked_for_again(client, ann, hints):
    first_step(client)
    page = reverse("mfa_activate_totp")
    assert client.get(page).url.startswith(reverse("account_reauthenticate"))
    confirm(client)
    assert "data:image/svg+xml" in client.get(page).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert client.post(page, {"code": "000000"}).status_code == 200
    assert client.post(page, {"code": code_of(secret)}).url == reverse("mfa_view_recovery_codes")
    assert "mfa.totp.secret" not in client.session
    assert {"totp", "recovery_codes"} == set(Authenticator.objects.values_list("type", flat=True))
    assert Activity.objects.filter(verb="person.factor_added").exists()
    assert AccountMail.objects.filter(kind="factor_added", recipient=ann.email).exists()


def test_no_secret_stands_in_the_database_in_the_clear(client, ann):
    secret = give_app(ann)
    codes = give_codes(ann)
    stored = str(list(Authenticator.objects.values_list("data", flat=True))) + str(
        list(AccountSecret.objects.values_list("sealed", flat=True))
    )
    assert secret not in stored
    assert not [code for code in codes if code in stored]


def test_sealed_secrets_go_with_their_factor(ann):
    give_app(ann)
    Authenticator.objects.all().delete()
    assert not AccountSecret.objects.exists()


def test_recovery_codes_are_shown_once(client, ann):
    give_app(ann)
    give_codes(ann)
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    confirm(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    page = reverse("mfa_view_recovery_codes")
    assert "shown this once" in client.get(page).content.decode()
    assert "cannot be shown again" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("required", "role", "is_led"), [("all", "Viewer", True), ("owners", "Viewer", False), ("owners", OWNER, True)]
)
def test_whoever_must_have_a_second_factor_is_led_to_it(client, settings, required, role, is_led):
    settings.REQUIRE_TWO_FACTOR = required
    make_user(role=role)
    first_step(client)
    assert is_in(client) != is_led
    assert client.get(reverse("own_account")).status_code == 200


def test_the_last_factor_stays_where_one_is_required(client, settings, ann):
    settings.REQUIRE_TWO_FACTOR = "all"
    secret = give_app(ann)
    first_step(client)
    second_step(client, code_of(secret))
    assert is_in(client)
    confirm(client)
    client.post(reverse("remove_factor", args=[Authenticator.objects.get().pk]))
    assert Authenticator.objects.count() == 1


def test_a_factor_is_removed_and_the_person_told(client, ann):
    give_app(ann)
    give_codes(ann)
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    confirm(client)
    client.post(reverse("remove_factor", args=[Authenticator.objects.get(type="totp").pk]))
    assert not Authenticator.objects.exists()
    assert AccountMail.objects.filter(kind="factor_removed").exists()


def test_who_knows_the_password_may_show_it_as_often_as_wanted(client, ann):
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("account_reauthenticate")
    assert {client.post(page, {"proof": PASSWORD}).status_code for _deed in range(12)} == {302}


def test_confirming_who_one_is_lasts_for_a_while_and_is_limited(client, ann):
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("account_reauthenticate")
    for _guess in range(10):
        client.post(page, {"proof": "wrong"})
    assert "Too many tries" in client.post(page, {"proof": PASSWORD}).content.decode()
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
