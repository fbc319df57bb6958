"""The pages of sending domains, as people of each role see them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from credentials.sending_domains.models import SendingDomain
from credentials.sending_domains.tending import tend_domain
from portal.aws.ses import Account
from portal.roles import OPERATOR, VIEWER
from tests.factories.sending_domains import a_domain_of_all_kinds, domains_of_all_states, make_sending_domain

pytestmark = pytest.mark.django_db


def visitor(role: str) -> Client:
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(name: str, *args: object) -> str:
    return reverse(f"admin:credentials_sendingdomain_{name}", args=args)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account(14, 50_000, 0, True, True, "HEALTHY"), "Production access in us-east-1: 50,000"),
        (Account(1, 200, 0, True, False, "HEALTHY"), "Ask for production access"),
        (Account(1, 200, 0, False, True, "SHUTDOWN"), "SES has stopped this account"),
        (None, "SES could not be asked"),
    ],
)
def test_the_list_says_how_each_is_and_what_to_do_about_the_account(monkeypatch, account, words):
    monkeypatch.setattr("credentials.sending_domains.views.account_state", lambda: account)
    domains_of_all_states()

    text = visitor(VIEWER).get(page_of("changelist")).content.decode()

    assert words in text
    assert "news.example.org" in text
    assert "7 of 11 right" in text or "8 of 11 right" in text
    assert "somebody deleted it there" in text
    assert page_of("add") not in text  # a viewer adds nothing


def test_a_domain_shows_each_record_to_be_copied_with_what_is_wrong():
    domain = a_domain_of_all_kinds()

    text = visitor(OPERATOR).get(page_of("one", domain.pk)).content.decode()

    for words in (
        'data-copy="abc3._domainkey"', 'data-copy="abc3.dkim.amazonses.com"', "Not found at ns1.registrar.example.",
        "v=spf1 include:mail.example -all", "p=quarantine", "What Gmail and Yahoo ask", "version: STSv1",
        page_of("route", domain.pk), page_of("zone", domain.pk), page_of("delete", domain.pk),
    ):  # fmt: skip
        assert words in text


def test_a_viewer_sees_the_records_and_no_deeds():
    domain = a_domain_of_all_kinds()
    text = visitor(VIEWER).get(page_of("one", domain.pk)).content.decode()
    assert 'data-copy="abc3._domainkey"' in text
    for name in ("check", "wishes", "delete", "route"):
        assert page_of(name, domain.pk) not in text


def test_the_zone_file_is_downloaded_under_the_name_of_the_domain():
    domain = a_domain_of_all_kinds()
    answer = visitor(VIEWER).get(page_of("zone", domain.pk))
    assert answer["Content-Disposition"] == 'attachment; filename="news.example.org.zone"'
    assert answer.content.decode().startswith("$ORIGIN news.example.org.\n")


def test_an_open_page_has_the_name_servers_asked_and_loads_anew_when_something_changed(outside, hints):
    client = visitor(VIEWER)
    domain = make_sending_domain()
    outside.ses.account.add_identity(domain.name, is_verified=True)
    page = client.get(page_of("one", domain.pk))
    live = f"{page_of('live', domain.pk)}?sign={page.context['sign']}"

    assert client.get(live).json() == {"reload": False, "asked": "not asked yet"}
    hints.run_all()

    assert client.get(live).json()["reload"]
    domain.refresh_from_db()
    assert domain.records.count() == 7
    client.get(live)
    assert domain.checked_at == SendingDomain.objects.get().checked_at


def test_a_domain_is_added_changed_and_deleted_on_its_pages(outside, hints):
    client = visitor(OPERATOR)
    wishes = {"mail_from_label": "mail", "dmarc_policy": "none", "reports_to": "", "sts_mode": ""}

    wrong = client.post(page_of("add"), {"name": "not a domain", **wishes})
    assert (wrong.status_code, "is not a domain name" in wrong.content.decode()) == (422, True)
    client.post(page_of("add"), {"name": "Bücher.example", **wishes})
    domain = SendingDomain.objects.get()
    assert domain.name == "xn--bcher-kva.example"
    hints.run_all()
    assert "bücher.example" in client.get(page_of("one", domain.pk)).content.decode()
    client.post(page_of("wishes", domain.pk), {**wishes, "mail_from_label": "bounce"})
    tend_domain(domain.pk)
    assert outside.ses.account.identity(domain.name).mail_from == f"bounce.{domain.name}"
    client.post(page_of("delete", domain.pk), {"typed": domain.name})
    tend_domain(domain.pk)
    assert not SendingDomain.objects.exists()


def test_what_ses_has_already_is_taken_over_by_choice(outside):
    outside.ses.account.add_identity("old.example.org", is_verified=True)
    outside.ses.account.add_identity("kept.example.org", is_verified=True)
    client = visitor(OPERATOR)
    assert "old.example.org" in client.get(page_of("take_over")).content.decode()

    client.post(page_of("take_over"), {"name": "old.example.org"})

    assert list(SendingDomain.objects.values_list("name", flat=True)) == ["old.example.org"]


def test_a_change_at_route_53_is_shown_before_it_is_made(outside):
    import boto3

    client, domain = visitor(OPERATOR), make_sending_domain()
    assert "no public zone" in client.get(page_of("route", domain.pk)).content.decode()
    route53 = boto3.client("route53", region_name="eu-west-1")
    route53.create_hosted_zone(Name="example.org", CallerReference="1")
    route53.close()

    shown = client.get(page_of("route", domain.pk))
    assert "abc1.dkim.amazonses.com." in shown.content.decode()
    assert client.post(page_of("route", domain.pk), {"mark": "of another time"}).status_code == 422
    client.post(page_of("route", domain.pk), {"mark": shown.context["plan"].mark})

    domain.refresh_from_db()
    assert domain.route_state == SendingDomain.RouteState.PENDING
