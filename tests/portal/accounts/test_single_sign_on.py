from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse

from portal.accounts.models import AccountMail, Invitation
from portal.accounts.oidc_settings import oidc_providers
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.doubles.oidc_provider import CLIENT_ID, CLIENT_SECRET, running_provider
from tests.factories.accounts import PASSWORD, code_of, give_app, make_invitation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _server():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(_server, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
        _server.issuer,
        CLIENT_ID,
        CLIENT_SECRET,
    )
    settings.SOCIALACCOUNT_PROVIDERS = oidc_providers(
        _server.issuer, CLIENT_ID, CLIENT_SECRET, "Club login", settings.OIDC_SCOPES
    )
    before = dict(_server.person)
    cache.clear()
    yield _server
    _server.person, _server.signs_with, _server.userinfo_sub, _server.nonce = before, _server.key, "", None


def sign_on(client, provider, query: str = ""):
    """The whole round: off to the provider, back with its code."""
    off = client.get(reverse("openid_connect_login") + query)
    assert off.status_code == 302, off.content.decode()
    back = urlsplit(provider.go_there(off.url))
    return client.get(f"{back.path}?{back.query}")


def who_is_in(client) -> str:
    user_id = client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).get_username() if user_id else ""


def roles(username: str) -> list[str]:
    return sorted(User.objects.get(username=username).groups.values_list("name", flat=True))


def test_without_a_provider_there_is_no_such_page(client):
    assert client.get(reverse("openid_connect_login")).status_code == 404
    assert "sign-on" not in client.get(reverse("admin:login")).content.decode()


def test_strangers_get_no_account(client, provider):
    answer = sign_on(client, provider)
    assert answer.status_code == 403
    assert "You are not invited" in answer.content.decode()
    assert not User.objects.exists()


def test_a_known_person_is_recognised_by_the_verified_address_and_then_by_the_provider(client, provider):
    make_user("ann", address="Ada@club.example")
    assert sign_on(client, provider, "?next=/admin/portal/alert/").url == "/admin/portal/alert/"
    assert who_is_in(client) == "ann"
    provider.person |= {"email": "other@club.example"}
    client.logout()
    sign_on(client, provider)
    assert who_is_in(client) == "ann"
    assert SocialAccount.objects.count() == 1


def test_a_person_disconnects_single_sign_on_and_is_told(client, provider):
    ann = make_user("ann", address="ada@club.example")
    sign_on(client, provider)
    client.logout()
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    off = client.post(reverse("remove_sign_on"))
    assert off.url.startswith(reverse("account_reauthenticate"))  # a stolen browser must not do it
    assert SocialAccount.objects.exists()
    client.post(off.url, {"proof": PASSWORD})
    client.post(reverse("remove_sign_on"))
    assert not SocialAccount.objects.exists()
    assert Activity.objects.get(verb="person.sign_on_removed").actor == ann
    assert AccountMail.objects.get(kind="sign_on_removed").recipient == "ada@club.example"


def test_whose_only_way_in_is_single_sign_on_keeps_it(client, provider):
    make_invitation("ada@club.example")
    sign_on(client, provider)
    page = client.post(reverse("remove_sign_on"), follow=True).content.decode()
    assert "your only way in" in page
    assert SocialAccount.objects.exists()


def test_an_address_that_is_not_verified_recognises_nobody(client, provider):
    make_user("ann", address="ada@club.example")
    provider.person |= {"email_verified": False}
    assert sign_on(client, provider).status_code == 403
    assert not who_is_in(client)


def test_an_invited_person_joins_with_the_roles_of_the_invitation(client, provider):
    make_invitation("ada@club.example", role=OPERATOR)
    sign_on(client, provider)
    assert who_is_in(client) == "ada"
    assert roles("ada") == [OPERATOR]
    assert Invitation.objects.get().state == "accepted"
    assert not User.objects.get().has_usable_password()
    assert User.objects.get().get_full_name() == "Ada Lovelace"


def test_an_invitation_that_is_too_old_lets_nobody_in(client, provider):
    make_invitation("ada@club.example", days=-1)
    assert sign_on(client, provider).status_code == 403


def test_people_of_an_allowed_domain_join_with_the_settled_role(client, provider, settings):
    settings.OIDC_ALLOWED_DOMAINS, settings.OIDC_DEFAULT_ROLE = ["Club.example"], VIEWER
    make_user("ada")
    sign_on(client, provider)
    assert who_is_in(client) == "ada2"
    assert roles("ada2") == [VIEWER]
    assert Activity.objects.filter(verb="person.joined").exists()


def test_roles_follow_the_groups_of_the_provider_at_each_login(client, provider, settings):
    settings.OIDC_ALLOWED_DOMAINS, settings.OIDC_ROLES = ["club.example"], ["mail=Marketer", "ops=team=Operator"]
    provider.person |= {"groups": ["mail", "ops=team"]}
    sign_on(client, provider)
    assert roles("ada") == [MARKETER, OPERATOR]
    provider.person |= {"groups": []}
    client.logout()
    sign_on(client, provider)
    assert roles("ada") == [VIEWER]


def test_groups_never_take_the_last_owner_away(client, provider, settings):
    make_user("ann", role=OWNER, address="ada@club.example")
    settings.OIDC_ROLES = ["mail=Marketer"]
    provider.person |= {"groups": ["mail"]}
    sign_on(client, provider)
    assert who_is_in(client) == "ann"  # or nobody could make somebody else an Owner
    assert roles("ann") == [MARKETER, OWNER]
    make_user("bob", role=OWNER)
    client.logout()
    sign_on(client, provider)
    assert roles("ann") == [MARKETER]


def test_whoever_has_a_second_factor_is_asked_for_it_here_too(client, provider, settings):
    secret = give_app(make_user("ann", address="ada@club.example"))
    assert sign_on(client, provider).url == reverse("mfa_authenticate")
    assert not who_is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert who_is_in(client) == "ann"
    client.logout()
    settings.OIDC_COUNTS_AS_TWO_FACTOR = True
    sign_on(client, provider)
    assert who_is_in(client) == "ann"


def test_a_deactivated_person_stays_out(client, provider):
    ann = make_user("ann", address="ada@club.example")
    ann.is_active = False
    ann.save()
    sign_on(client, provider)
    assert not who_is_in(client)


def test_a_token_that_another_key_signed_is_not_believed(client, provider):
    make_user("ann", address="ada@club.example")
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert sign_on(client, provider).status_code == 400
    assert not who_is_in(client)


def test_userinfo_of_somebody_else_is_not_believed(client, provider):
    make_user("ann", address="ada@club.example")
    provider.userinfo_sub = "u-2"
    assert sign_on(client, provider).status_code == 400
    assert not who_is_in(client)


def test_a_token_that_was_made_for_another_login_is_not_believed(client, provider):
    make_user("ann", address="ada@club.example")
    provider.nonce = "of-another-login"
    assert sign_on(client, provider).status_code == 400
    assert not who_is_in(client)
    assert len(provider.asked[-1]["nonce"]) >= 32


def test_an_address_changes_nothing_of_what_the_provider_is_asked_but_where_to_go_on(client, provider):
    make_user("ann", address="ada@club.example")
    odd = "?process=connect&scope=admin&auth_params=nonce%3Dknown%26prompt%3Dnone&next=https://elsewhere.example/"
    assert sign_on(client, provider, odd).url == reverse("admin:index")
    asked = provider.asked[-1]
    assert (asked["nonce"] == "known", "prompt" in asked, "admin" in asked["scope"]) == (False, False, False)
    assert who_is_in(client) == "ann"


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(client, provider):
    make_user("ann", address="ada@club.example")
    off = client.get(reverse("openid_connect_login"))
    back = urlsplit(provider.go_there(off.url))
    client.cookies.clear()
    assert client.get(f"{back.path}?{back.query}").status_code == 400
    assert not who_is_in(client)


def test_a_code_without_its_verifier_is_worth_nothing(client, provider):
    make_user("ann", address="ada@club.example")
    off = client.get(reverse("openid_connect_login"))
    stolen = urlsplit(provider.go_there(off.url))
    assert provider.asked[-1]["code_challenge"]
    other = client.get(reverse("openid_connect_login"))
    state = urlsplit(provider.go_there(other.url)).query.partition("state=")[2]
    code = stolen.query.partition("code=")[2].partition("&")[0]
    assert client.get(f"{stolen.path}?code={code}&state={state}").status_code == 400
    assert not who_is_in(client)


def test_a_provider_that_does_not_answer_is_named_as_the_reason(client, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = oidc_providers(settings.OIDC_ISSUER, "x", "y", "z", ["openid"])
    answer = client.get(reverse("openid_connect_login"))
    assert answer.status_code in {400, 502}


def test_passwords_can_be_switched_off(client, provider, settings):
    settings.ALLOW_PASSWORD_LOGIN = False
    make_user("ann")
    page = client.get(reverse("admin:login")).content.decode()
    assert 'name="password"' not in page
    assert reverse("openid_connect_login") in page
    assert client.post(reverse("admin:login"), {"username": "ann", "password": "x"}).status_code == 403
    assert client.get(reverse("lost_password")).status_code == 404
