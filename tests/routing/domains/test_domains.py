"""Domains that receive: what the DNS says, and the page."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.dns.chosen import may_ask_dns
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from portal.queues import TaskName
from portal.roles import OPERATOR
from routing.domains.models import InboundDomain
from routing.domains.mx import MxState, NoAnswerError, ask_mx, judge_mx
from routing.domains.services import add_domain, check_due_domains, check_mx, delete_domain
from tests.factories.inbound import make_rule
from tests.factories.routing_pages import domains_of_all_kinds, make_domain

SES = (10, "inbound-smtp.eu-west-1.amazonaws.com.")
OTHER = (20, "MX.other.example.")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([SES], MxState.OK),
        ([SES, OTHER], MxState.OK),
        ([(30, SES[1]), OTHER], MxState.MIXED),
        ([(10, "mx.other.example."), SES], MxState.MIXED),
        ([OTHER], MxState.ELSEWHERE),
        ([(10, "inbound-smtp.eu-west-1.amazonaws.com.evil.example.")], MxState.ELSEWHERE),
        ([], MxState.MISSING),
        ([(0, ".")], MxState.MISSING),
    ],
)
def test_mx_records_are_judged(found, state):
    assert judge_mx(found).state == state


def test_hosts_are_named_in_the_order_in_which_senders_try_them():
    assert judge_mx([OTHER, SES]).hosts == ("10 inbound-smtp.eu-west-1.amazonaws.com", "20 mx.other.example")


def silent(_domain: str) -> list[tuple[int, str]]:
    raise NoAnswerError


def test_silence_is_not_taken_for_an_answer():
    assert ask_mx("example.com", silent).state == MxState.UNREACHABLE


@pytest.mark.django_db
def test_what_was_known_stays_when_the_dns_is_silent():
    domain = make_domain()
    check_mx(domain, lambda _name: [SES])
    check_mx(domain, silent)
    domain.refresh_from_db()
    assert domain.mx == InboundDomain.Mx.UNREACHABLE
    assert domain.mx_hosts == ["10 inbound-smtp.eu-west-1.amazonaws.com"]


@pytest.mark.django_db
def test_domains_are_asked_about_every_six_hours_and_those_that_stopped_never():
    make_domain("new.example")
    make_domain("fresh.example", mx_checked_at=timezone.now() - timedelta(hours=5))
    make_domain("due.example", mx_checked_at=timezone.now() - timedelta(hours=7))
    make_domain("stopped.example", receives=False)
    asked: list[str] = []

    def look_up(name: str) -> list[tuple[int, str]]:
        asked.append(name)
        return [SES]

    count = check_due_domains(look_up)
    assert (count, asked) == (2, ["new.example", "due.example"])


@pytest.mark.django_db
def test_the_sandbox_asks_no_dns_unless_a_server_is_named(settings, hints):
    settings.SANDBOX, settings.DNS_SERVERS = True, []
    make_domain()
    from workers.tasks.domains import check_domains

    assert check_domains.name == TaskName.CHECK_DOMAINS.value
    check_domains()
    assert InboundDomain.objects.get().mx_checked_at is None
    settings.DNS_SERVERS = ["127.0.0.1"]
    assert may_ask_dns()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["Müller.example", "xn--mller-kva.example.", " @MÜLLER.example"])
def test_every_spelling_of_a_domain_is_the_same_one(typed):
    add_domain("müller.example", actor=None)
    add_domain(typed, actor=None)
    assert InboundDomain.objects.get().name == "xn--mller-kva.example"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "no domain", "localhost", "a@b.example"])
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(InvalidInput):
        add_domain(typed, actor=None)


@pytest.mark.django_db
def test_a_domain_with_rules_stays_on_the_list():
    domain = make_domain()
    make_rule("a@example.com")
    with pytest.raises(Conflict):
        delete_domain(domain, actor=None)


@pytest.fixture
def operator(db) -> Client:
    person = User.objects.create_user("operator", is_staff=True)
    person.groups.add(Group.objects.get(name=OPERATOR))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_shows_each_domain_and_what_was_seen_without_a_rule(operator):
    domains_of_all_kinds()
    page = html.unescape(operator.get(reverse("admin:routing_inbounddomain_changelist")).content.decode())
    for text in ("leads here", "leads elsewhere", "10 mx.other.example", "Moved in May", "sales@example.com"):
        assert text in page


def test_a_domain_is_added_stopped_and_deleted_with_each_deed_on_record(operator):
    operator.post(reverse("admin:routing_inbounddomain_add"), {"name": "new.example"})
    domain = InboundDomain.objects.get()
    deed = reverse("admin:routing_inbounddomain_deed", args=[domain.pk])
    operator.post(deed, {"deed": "stop"})
    operator.post(deed, {"deed": "notes", "notes": "Until May"})
    domain.refresh_from_db()
    assert (domain.receives, domain.notes) == (False, "Until May")
    operator.post(reverse("admin:routing_inbounddomain_delete", args=[domain.pk]))
    assert not InboundDomain.objects.exists()
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert {"routing_domain.added", "routing_domain.changed", "routing_domain.deleted"} <= verbs


def test_a_wrong_domain_is_said_and_stays_typed(operator):
    response = operator.post(reverse("admin:routing_inbounddomain_add"), {"name": "no domain"})
    assert response.status_code == 422
    assert 'value="no domain"' in response.content.decode()


def test_nobody_is_led_to_another_site_after_a_deed(operator):
    url = reverse("admin:routing_inbounddomain_add")
    response = operator.post(url, {"name": "new.example", "back": "https://evil.example/"})
    assert response["Location"] == reverse("admin:routing_inbounddomain_changelist")
