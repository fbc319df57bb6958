"""The failures page: causes with their cure, filter, file, and who may do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.failures import letters
from portal.failures.bodies import read_letter
from portal.failures.models import FailedMessage, Redrive
from portal.roles import MARKETER, OPERATOR, VIEWER
from tests.factories.failures import failed_export, failed_message, failures_of_all_kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role(client):
    def log_in(role: str):
        person = User.objects.create_user(role.lower(), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client.force_login(person)
        return client

    return log_in


def page_text(client, **query) -> str:
    return client.get(reverse("admin:failures"), query).content.decode()


def test_causes_are_grouped_with_their_number_and_their_cure(as_role):
    failures_of_all_kinds()
    text = page_text(as_role(OPERATOR))
    assert text.count("The file is no longer there.</b>") == 1
    assert ">12<" in text
    assert "one first, the rest when that went well" in text
    assert "Writing it kept stopping on the way." in text


def test_the_filter_stands_in_the_address(as_role):
    failures_of_all_kinds()
    text = page_text(as_role(OPERATOR), place="rows:exports")
    assert "Writing it kept stopping" in text
    assert "int(): " not in text


def test_an_empty_page_says_that_nothing_failed(as_role):
    assert "Nothing has failed." in page_text(as_role(VIEWER))


def test_a_viewer_sees_everything_and_can_try_nothing(as_role):
    failures_of_all_kinds()
    client = as_role(VIEWER)
    assert 'action="/admin/failures/again/"' not in page_text(client)
    answer = client.post(reverse("admin:failures_again"), {"place": "queue:imports"})
    assert (answer.status_code, Redrive.objects.filter(finished_at=None).count()) == (403, 0)


def test_a_marketer_tries_exports_but_no_messages(as_role):
    failed_export()
    failed_message()
    client = as_role(MARKETER)
    assert client.post(reverse("admin:failures_again"), {"place": "queue:imports"}).status_code == 403
    [line] = [line for line in _lines(client) if line.place == "rows:exports"]
    client.post(reverse("admin:failures_again"), {"place": line.place, "cause": line.cause_key})
    assert Redrive.objects.get().place == "rows:exports"


def _lines(client):
    return client.get(reverse("admin:failures")).context["lines"]


def test_the_file_is_safe_in_spreadsheets(as_role):
    failed_export(problem="=1+1")
    answer = as_role(OPERATOR).get(reverse("admin:failures"), {"format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert answer["Content-Disposition"].startswith("attachment")


def test_trying_a_cause_leads_to_the_page_of_how_it_goes(as_role, hints):
    row = failed_message()
    client = as_role(OPERATOR)
    answer = client.post(reverse("admin:failures_again"), {"place": "queue:imports", "cause": row.cause_key})
    redrive = Redrive.objects.get()
    assert answer["Location"] == reverse("admin:failures_redrive", args=[redrive.pk])
    assert [hint.ids for hint in hints.kept] == [{"redrive_id": redrive.pk}]
    assert client.get(answer["Location"]).status_code == 200
    news = client.get(reverse("admin:failures_redrive_json", args=[redrive.pk]), {"status": "rest"}).json()
    assert (news["reload"], news["final"]) == (True, False)


def test_messages_without_a_reason_are_counted_too(as_role, monkeypatch):
    failed_message()
    monkeypatch.setattr("portal.failures.screen.dead_letter_counts", lambda: {"imports": 4, "sending": 2})
    counts = {(line.place, line.cause_key == ""): line.count for line in _lines(as_role(OPERATOR))}
    assert counts == {("queue:imports", False): 1, ("queue:imports", True): 3, ("queue:sending", True): 2}


def test_a_queue_shows_its_messages_with_reason_and_no_address(as_role, monkeypatch):
    row = failed_message(7, reason="nobody@club.example is gone")
    seen = letters.SeenLetter(read_letter("{}", is_hint=True), None, 2, row)
    monkeypatch.setattr("portal.failures.views.look_at", lambda _queue: [seen])
    text = as_role(VIEWER).get(reverse("admin:failures_queue", args=["imports"])).content.decode()
    assert "&lt;address&gt; is gone" in text
    assert "nobody@club.example" not in text
    assert "not readable" in text


def test_an_unknown_queue_is_not_found(as_role):
    assert as_role(VIEWER).get(reverse("admin:failures_queue", args=["nowhere"])).status_code == 404


def test_discarding_without_a_reason_does_nothing(as_role):
    as_role(OPERATOR).post(reverse("admin:failures_discard", args=["imports"]), {"reason": ""})
    assert Redrive.objects.count() == 0


def test_the_navigation_counts_what_was_put_aside(as_role):
    failed_message(1)
    failed_message(2, receives=1)
    assert FailedMessage.objects.filter(state=FailedMessage.State.RETRYING).count() == 1
    groups = as_role(VIEWER).get(reverse("admin:failures")).context["navigation"]()
    badges = {str(entry.label): entry.badge for group in groups for entry in group.entries}
    assert badges["Failures"].text == "1"
