from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from credentials.encryption.services import opened_keys
from credentials.smtp_users.models import SmtpDrift, SmtpHandover, SmtpUser, SmtpUserDay, SmtpUserStep
from portal.errors import Unavailable
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, VIEWER
from tests.factories import smtp_user_pages
from tests.factories.smtp_users import PASSWORD, make_smtp_key, make_smtp_user

pytestmark = pytest.mark.django_db
PAGES = "admin:credentials_smtpuser_"


def log_in(client, role: str) -> User:
    person = User.objects.create_user("ann", password="her own", is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


@pytest.fixture
def operator(client) -> User:
    return log_in(client, OPERATOR)


def with_key(**columns) -> SmtpUser:
    smtp_user = make_smtp_user(**columns)
    make_smtp_key(smtp_user)
    return smtp_user


def ask(client, smtp_user: SmtpUser, **given):
    return client.post(reverse(PAGES + "password", args=[smtp_user.pk]), {"how": "show", "proof": "her own", **given})


def test_the_password_is_shown_after_asking_who_it_is_and_that_is_recorded(client, operator):
    smtp_user = with_key()
    assert PASSWORD not in client.get(reverse(PAGES + "password", args=[smtp_user.pk])).content.decode()
    response = ask(client, smtp_user)
    assert PASSWORD in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    recorded = Activity.objects.get(verb="smtp_user.revealed")
    assert (recorded.actor, recorded.object_id) == (operator, str(smtp_user.pk))
    assert PASSWORD not in str(recorded.details)
    assert PASSWORD not in str(dict(client.session))


def test_a_wrong_password_of_ones_own_shows_nothing_and_records_nothing(client, operator):
    response = ask(client, with_key(), proof="guess")
    assert "That is neither your password" in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not Activity.objects.filter(verb="smtp_user.revealed").exists()


def test_revealing_says_so_when_the_key_service_is_down(client, operator, monkeypatch):
    smtp_user = with_key()
    opened_keys.clear()

    def unseal(*_args, **_names):
        raise Unavailable("EndpointConnectionError", service="kms")

    monkeypatch.setattr("credentials.smtp_users.reveal.unseal", unseal)
    response = ask(client, smtp_user)
    assert "(KMS) does not answer" in response.content.decode()
    assert not Activity.objects.filter(verb="smtp_user.revealed").exists()


def test_a_link_is_shown_once_and_can_be_taken_back(client, operator):
    smtp_user = with_key()
    shown = ask(client, smtp_user, how="link", hours="1").content.decode()
    handover = SmtpHandover.objects.get()
    token = shown.partition(reverse("smtp_handover", args=["x"])[:-1])[2].partition('"')[0]
    assert client.get(reverse("smtp_handover", args=[token])).status_code == 200
    assert token not in client.get(reverse(PAGES + "change", args=[smtp_user.pk])).content.decode()
    client.post(reverse(PAGES + "end_link", args=[smtp_user.pk, handover.pk]))
    assert client.post(reverse("smtp_handover", args=[token])).status_code == 410


@pytest.mark.parametrize("role", [VIEWER, MARKETER])
def test_who_only_looks_on_sees_no_login(client, role):
    log_in(client, role)
    smtp_user = with_key()
    page = client.get(reverse(PAGES + "change", args=[smtp_user.pk]))
    assert page.status_code == 200
    assert smtp_user.current_key.access_key_id not in page.content.decode()
    assert ask(client, smtp_user).status_code == 403
    assert client.post(reverse(PAGES + "deed", args=[smtp_user.pk]), {"deed": "disable"}).status_code == 403
    settings = client.get(reverse(PAGES + "settings", args=[smtp_user.pk, "thunderbird"]))
    assert smtp_user.current_key.access_key_id not in settings.content.decode()


def test_saving_makes_a_pending_user_and_leads_to_its_page(client, operator):
    given = {"username": "office-printer", "allowed_senders": "scan@Example.org\n\n*@marketing.example.org\n"}
    response = client.post(reverse(PAGES + "add"), given)
    smtp_user = SmtpUser.objects.get()
    assert response.url == reverse(PAGES + "change", args=[smtp_user.pk])
    assert (smtp_user.state, smtp_user.allowed_senders) == ("pending", ["scan@example.org", "*@marketing.example.org"])
    assert "Being set up" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"username": "ok", "allowed_senders": "a@example.org\nnobody"}, "Line 2, “nobody”"),
        ({"username": "ok", "allowed_senders": "${aws}@example.org"}, "means something else to IAM"),
        ({"username": "with space", "allowed_senders": ""}, "cannot stand in a name on IAM"),
        ({"username": "TAKEN", "allowed_senders": ""}, "is there already"),
    ],
)
def test_what_iam_refuses_is_refused_in_the_form_with_its_line(client, operator, given, told):
    make_smtp_user("taken")
    page = client.post(reverse(PAGES + "add"), given).content.decode()
    assert told in page
    assert SmtpUser.objects.count() == 1


def test_the_preview_counts_and_answers_while_somebody_types(client, operator):
    given = {"allowed_senders": "*@example.org\nBad Line\n", "asked": "ann@example.org"}
    news = client.post(reverse(PAGES + "preview"), given).json()
    assert news["problems"][0].startswith("Line 2")
    news = client.post(reverse(PAGES + "preview"), {**given, "allowed_senders": "*@example.org"}).json()
    assert (news["problems"], news["answer"]) == ([], "Yes: *@example.org allows it.")
    assert "*@example.org" in news["document"]
    assert 0 < news["share"] < 0.2


def test_the_page_follows_a_change_and_then_comes_anew(client, operator):
    smtp_user = smtp_user_pages.a_user_being_set_up()
    page = client.get(reverse(PAGES + "change", args=[smtp_user.pk]))
    url = reverse(PAGES + "state", args=[smtp_user.pk])
    asked = {"seen": page.context["seen"]}
    assert client.get(url, asked).json() == {"reload": False, "final": False}
    SmtpUserStep.objects.create(user=smtp_user, username=smtp_user.username, call="CreateAccessKey")
    assert client.get(url, asked).json()["reload"]


def test_deeds_are_done_and_a_deed_that_cannot_be_says_why(client, operator):
    smtp_user = with_key()
    url = reverse(PAGES + "deed", args=[smtp_user.pk])
    assert "is being switched off" in client.post(url, {"deed": "disable"}, follow=True).content.decode()
    assert "disabled already" in client.post(url, {"deed": "disable"}, follow=True).content.decode()
    assert "will be deleted" in client.post(url, {"deed": "delete"}, follow=True).content.decode()
    assert "Take back" in client.get(reverse(PAGES + "change", args=[smtp_user.pk])).content.decode()
    client.post(url, {"deed": "take_back"})
    smtp_user.refresh_from_db()
    assert (smtp_user.is_leaving, smtp_user.is_enabled) == (False, False)


def test_the_earlier_password_can_be_given_a_week_longer_and_be_ended(client, operator):
    smtp_user = smtp_user_pages.a_busy_user()
    ends_at = smtp_user.changeover_until
    url = reverse(PAGES + "deed", args=[smtp_user.pk])
    client.post(url, {"deed": "extend"})
    smtp_user.refresh_from_db()
    assert smtp_user.changeover_until == ends_at + timedelta(days=7)
    client.post(url, {"deed": "finish_rotation"})
    smtp_user.refresh_from_db()
    assert smtp_user.changeover_until <= timezone.now()


def test_several_are_disabled_at_once_and_the_rest_are_named(client, operator):
    users = [with_key(username="one"), make_smtp_user("two", is_enabled=False)]
    given = {"action": "disable_several", "_selected_action": [user.pk for user in users]}
    page = client.post(reverse(PAGES + "changelist"), given, follow=True).content.decode()
    assert "1 SMTP user is being changed." in page
    assert "two: " in page


def test_the_list_finds_by_address_and_shows_what_wants_attention(client, operator):
    smtp_user_pages.several_users()
    url = reverse(PAGES + "changelist")
    found = client.get(url, {"q": "marketing.example"}).context["cl"].result_list
    assert [smtp_user.username for smtp_user in found] == ["office-printer"]
    wanting = client.get(url, {"attention": "yes"}).context["cl"].result_list
    assert [smtp_user.username for smtp_user in wanting] == ["office-printer", "old-shop"]
    assert (wanting[0].sent_30, wanting[0].violations_30) == (6000, 1)


@pytest.mark.parametrize(("role", "is_found"), [(OPERATOR, True), (MARKETER, False), (VIEWER, False)])
def test_the_list_is_searched_by_login_only_for_those_who_may_see_logins(client, role, is_found):
    log_in(client, role)
    begins = with_key().current_key.access_key_id[:9]
    listed = client.get(reverse(PAGES + "changelist"), {"q": begins}).context["cl"].result_list
    assert len(listed) == is_found


def test_the_page_shows_every_count_of_its_mail(client, operator):
    smtp_user = with_key()
    names = ("sent", "delivered", "bounced", "complained", "rejected", "violation")
    counts = {f"{name}_count": 71 + place for place, name in enumerate(names)}
    SmtpUserDay.objects.create(user=smtp_user, day=timezone.now().date(), **counts)
    page = client.get(reverse(PAGES + "change", args=[smtp_user.pk])).content.decode()
    assert re.findall(r">\s*(7[1-6])\s*<", page) == ["71", "72", "73", "74", "75", "76"]


def test_why_postroom_disabled_somebody_stands_on_the_list_and_the_page(client, operator):
    reason = "Postroom disabled it: it sent 3 mails."
    smtp_user = with_key(is_enabled=False, state="disabled", disabled_reason=reason)
    for url in (reverse(PAGES + "changelist"), reverse(PAGES + "change", args=[smtp_user.pk])):
        assert reason in client.get(url).content.decode()
    given = {"action": "export_several", "_selected_action": [smtp_user.pk]}
    assert reason in client.post(reverse(PAGES + "changelist"), given).content.decode("utf-8-sig")


def test_the_export_holds_no_login_and_no_formula(client, operator):
    smtp_user = with_key(description="=1+1")
    given = {"action": "export_several", "_selected_action": [smtp_user.pk]}
    text = client.post(reverse(PAGES + "changelist"), given).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["user_name"], row["description"]) == ("office-printer", "'=1+1")
    assert smtp_user.current_key.access_key_id not in text


def test_mail_programs_get_a_domain_of_ours_without_a_login(client):
    smtp_user = with_key()
    answer = client.get(reverse("autoconfig_of_host"), {"emailaddress": "ann@example.org"})
    assert answer.status_code == 200
    assert b"<hostname>email-smtp." in answer.content
    assert smtp_user.current_key.access_key_id.encode() not in answer.content
    assert client.get(reverse("autoconfig"), {"emailaddress": "ann@elsewhere.example"}).status_code == 404


def test_a_difference_on_iam_is_told_with_its_cure_and_the_cure_is_asked_for_once(client, operator, hints):
    smtp_user = smtp_user_pages.a_busy_user()
    page = client.get(reverse(PAGES + "change", args=[smtp_user.pk])).content.decode()
    assert "Its policy on IAM is not the one that Postroom wrote." in page
    row = SmtpDrift.objects.get(kind="changed_policy")
    url = reverse(PAGES + "cure", args=[row.pk])
    assert "being cured" in client.post(url, follow=True).content.decode()
    assert "being cured already" in client.post(url, follow=True).content.decode()


def test_what_belongs_to_nobody_on_iam_is_told_on_the_list(client, operator):
    smtp_user_pages.several_users()
    page = client.get(reverse(PAGES + "changelist"))
    assert "belongs to nobody here" in page.content.decode()
    row = SmtpDrift.objects.get(kind="orphan_user")
    assert client.post(reverse(PAGES + "cure", args=[row.pk])).url == reverse(PAGES + "changelist")
    row.refresh_from_db()
    assert row.cure_asked_at is not None
