from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.accounts.devices import browser_of, system_of
from portal.accounts.models import AccountMail, OpenLogin
from portal.accounts.sessions import forget_ended_logins
from portal.models import Activity
from portal.roles import MARKETER, OWNER, VIEWER
from tests.factories.accounts import PASSWORD, give_app, give_codes, make_invitation, make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def as_(user: User) -> Client:
    browser = Client(headers={"User-Agent": FIREFOX})
    browser.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD})
    browser.get(reverse("own_account"))
    return browser


def is_in(browser: Client) -> bool:
    return browser.get(reverse("own_account")).status_code == 200


@pytest.fixture
def olga() -> User:
    return make_user("olga", role=OWNER)


def saved(browser: Client, person: User, **given):
    form = {"username": person.username, "email": person.email, **given}
    return browser.post(reverse("admin:auth_user_change", args=[person.pk]), form)


def ids(*roles: str) -> list[int]:
    return [Group.objects.get(name=role).pk for role in roles]


@pytest.mark.parametrize("given", [{"is_active": "on", "groups": [VIEWER]}, {"groups": [OWNER]}])
def test_the_last_owner_stays_one_and_active(olga, given):
    answer = saved(as_(olga), olga, **{**given, "groups": ids(*given["groups"])})
    assert "This is the last owner" in answer.content.decode()
    olga.refresh_from_db()
    assert olga.is_active
    assert olga.groups.filter(name=OWNER).exists()


def test_the_last_owner_is_not_deleted(olga):
    make_user("mia")
    browser = as_(olga)
    browser.post(reverse("admin:auth_user_delete", args=[olga.pk]), {"post": "yes"})
    everybody = [user.pk for user in User.objects.all()]
    browser.post(
        reverse("admin:auth_user_changelist"),
        {"action": "delete_selected", "_selected_action": everybody, "post": "yes"},
    )
    assert User.objects.count() == 2


def test_an_owner_goes_when_there_is_another(olga):
    make_user("otto", role=OWNER)
    assert saved(as_(olga), olga, is_active="on", groups=ids(MARKETER)).status_code == 302
    assert not olga.groups.filter(name=OWNER).exists()


def test_deactivating_somebody_ends_the_sessions(olga):
    mia = make_user("mia")
    browser = as_(mia)
    saved(as_(olga), mia, groups=ids(MARKETER))
    assert not is_in(browser)
    assert not OpenLogin.objects.filter(user=mia).exists()


def test_an_owner_sees_and_ends_the_sessions_of_somebody(olga):
    mia = make_user("mia")
    first, second = as_(mia), as_(mia)
    owner = as_(olga)
    assert owner.get(reverse("person_access", args=[mia.pk])).content.decode().count("Firefox on Linux") == 2
    one = OpenLogin.objects.filter(user=mia).order_by("pk").first()
    owner.post(reverse("end_their_logins", args=[mia.pk]), {"login": one.pk})
    assert (is_in(first), is_in(second)) == (False, True)
    owner.post(reverse("end_their_logins", args=[mia.pk]))
    assert not is_in(second)
    assert Activity.objects.filter(verb="person.sessions_ended").count() == 2


def test_everybody_ends_the_own_other_sessions_and_only_those(olga):
    mia = make_user("mia")
    here, there, owner = as_(mia), as_(mia), as_(olga)
    here.post(reverse("end_own_logins"), {"login": OpenLogin.objects.get(user=olga).pk})
    assert is_in(owner)
    here.post(reverse("end_own_logins"))
    assert (is_in(here), is_in(there)) == (True, False)


def test_logging_out_takes_the_row_away(olga):
    browser = as_(olga)
    browser.post(reverse("admin:logout"))
    assert not OpenLogin.objects.exists()


def test_rows_of_sessions_that_are_over_go(olga):
    browser = as_(olga)
    browser.session.delete()
    assert forget_ended_logins() == 1


def test_a_look_at_a_page_costs_no_write(olga):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = as_(olga)
    with CaptureQueriesContext(connection) as queries:
        browser.get(reverse("admin:own_settings"))
    assert not [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]


def test_many_invitations_cost_no_more_queries_than_one(olga, django_assert_max_num_queries):
    browser, url = as_(olga), reverse("invitations")
    make_invitation("first@portal.example")
    with django_assert_max_num_queries(100) as with_one:
        browser.get(url)
    for number in range(9):
        make_invitation(f"new-{number}@portal.example")
    with django_assert_max_num_queries(len(with_one)):
        browser.get(url)


def test_an_owner_resets_a_second_factor_and_the_person_is_told(olga):
    mia = make_user("mia")
    browser = as_(mia)
    give_app(mia)
    give_codes(mia)
    as_(olga).post(reverse("reset_their_factors", args=[mia.pk]))
    assert not Authenticator.objects.filter(user=mia).exists()
    assert not is_in(browser)
    assert AccountMail.objects.get(kind="factors_reset").recipient == mia.email
    assert Activity.objects.get(verb="person.factors_reset").actor == olga


def test_an_owner_touches_no_administrator(olga):
    root = User.objects.create_superuser("root")
    owner = as_(olga)
    for name in ("reset_their_factors", "end_their_logins"):
        assert owner.post(reverse(name, args=[root.pk])).status_code == 403


def test_a_password_that_an_owner_sets_is_recorded_told_and_ends_the_sessions(olga):
    ann = make_user()
    theirs = as_(ann)
    form = {"usable_password": "true", "password1": "another-good-phrase-1", "password2": "another-good-phrase-1"}
    assert as_(olga).post(reverse("admin:auth_user_password_change", args=[ann.pk]), form).status_code == 302
    assert not is_in(theirs)
    assert Activity.objects.filter(verb="person.password_changed", actor=olga).exists()
    assert AccountMail.objects.filter(kind="password_changed", user=ann).exists()


def test_the_command_lets_somebody_in_who_is_locked_out(capsys):
    mia = make_user("mia", role=VIEWER)
    give_app(mia)
    User.objects.update(is_active=False)
    call_command("let_in", "mia", "--owner", "--reset-second-factor")
    mia.refresh_from_db()
    assert mia.is_active
    assert mia.groups.filter(name=OWNER).exists()
    assert not Authenticator.objects.filter(user=mia).exists()
    assert "an Owner now" in capsys.readouterr().out
    assert Activity.objects.filter(verb="person.let_in", actor=None).exists()


def test_the_command_knows_whom_it_does_not_know():
    with pytest.raises(CommandError, match="nobody called"):
        call_command("let_in", "nobody")


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge", "Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari", "iPhone"),
        ("", "", ""),
    ],
)
def test_devices_have_words(user_agent, browser, system):
    assert (browser_of(user_agent), system_of(user_agent)) == (browser, system)
