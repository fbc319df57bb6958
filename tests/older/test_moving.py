"""Contacts, messages and rules of older tables, planned and brought in; a second run changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from campaigns.audience.models import Contact
from campaigns.importing.models import ContactImport
from campaigns.messages.models import Template
from campaigns.older.contacts import ContactMove
from campaigns.older.messages import MessageMove
from campaigns.privacy.forgotten import keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.suppression.models import Suppression
from portal.older.rows import OldRow, Outcome, key_of
from routing.older.rules import RuleMove
from routing.rules.models import RoutingRule, RuleSetVersion
from tests.factories.gmail import make_mailbox

pytestmark = pytest.mark.django_db


def row(**values) -> OldRow:
    return OldRow("table old", key_of(values), values)


def route(pattern: str, *actions: dict[str, object], **more) -> OldRow:
    return row(PK=f"ROUTE#{pattern}", SK="RULE#v1", entity_type="ROUTE", actions=list(actions), **more)


PEOPLE = [
    row(id="1", email="Anna@Example.com", firstName="Anna", tags=["a; b", "vip"], city="=Graz"),
    row(id="2", email="bert@example.com", name="Bert van Dyk", status="unsubscribed"),
    row(id="3", email="ANNA@example.com"),
    row(id="4", email="nobody"),
]


def move_people(rows, tmp_path, *, replaces=False):
    move = ContactMove(replaces=replaces, folder=tmp_path)
    planned = list(move.plan(rows))
    return planned, list(move.apply())


def outcomes(planned) -> Counter[Outcome]:
    return Counter(one.outcome for one in planned)


def test_a_plan_of_contacts_writes_nothing(tmp_path):
    move = ContactMove(replaces=False, folder=tmp_path)
    planned = list(move.plan(PEOPLE))
    move.forget()
    assert outcomes(planned) == {Outcome.NEW: 2, Outcome.REFUSED: 2}
    assert {one.row.key: one.reason for one in planned if one.outcome is Outcome.REFUSED} == {
        "id=3": "The row id=1 has the same address. Put what is to stay into one of them.",
        "id=4": "There is no @ in the address.",
    }
    assert not Contact.objects.exists()
    assert not list(tmp_path.iterdir())


def test_contacts_come_in_once_as_they_were_and_those_who_left_get_no_mail(tmp_path):
    _planned, refused = move_people(PEOPLE, tmp_path)
    assert refused == []
    anna, bert = Contact.objects.order_by("address_key")
    assert (anna.address, anna.first_name, anna.attributes) == ("Anna@example.com", "Anna", {"city": "=Graz"})
    assert sorted(anna.tags.values_list("name", flat=True)) == ["a; b", "vip"]
    assert (bert.first_name, bert.last_name) == ("Bert", "van Dyk")
    assert Suppression.objects.get().address_key == "bert@example.com"
    planned, _refused = move_people(PEOPLE, tmp_path)
    assert outcomes(planned) == {Outcome.SAME: 2, Outcome.REFUSED: 2}
    assert (Contact.objects.count(), ContactImport.objects.count(), Suppression.objects.count()) == (2, 1, 1)
    assert not list(tmp_path.iterdir())


def test_what_was_changed_here_stays_unless_the_tables_are_to_win(tmp_path):
    move_people(PEOPLE[:1], tmp_path)
    Contact.objects.update(first_name="Annette", first_name_key="annette")
    planned, _refused = move_people(PEOPLE[:1], tmp_path)
    assert (planned[0].outcome, Contact.objects.get().first_name) == (Outcome.CHANGED, "Annette")
    assert "first name" in planned[0].reason
    move_people(PEOPLE[:1], tmp_path, replaces=True)
    assert Contact.objects.get().first_name == "Anna"
    planned, _refused = move_people(PEOPLE[:1], tmp_path, replaces=True)
    assert planned[0].outcome is Outcome.SAME


def test_nobody_who_was_forgotten_comes_back(tmp_path):
    keep_forgotten("anna@example.com", ForgottenAddress.Reason.MANUAL)
    planned, _refused = move_people(PEOPLE[:1], tmp_path)
    assert planned[0].outcome is Outcome.REFUSED
    assert not Contact.objects.exists()


CAMPAIGNS = [
    row(campaign_id="1", name="May", subject="Hi {first_name}", body="<p>Hi</p>", status="completed"),
    row(campaign_id="2", name="May", subject="Hi again", body="Hello"),
    row(campaign_id="3", name="June", subject="June", body="Sun", from_email="news@example.com"),
    row(campaign_id="4", name="Empty", subject="Nothing"),
]


def move_messages(*, replaces=False):
    move = MessageMove(replaces=replaces)
    planned = list(move.plan(CAMPAIGNS))
    assert list(move.apply()) == []
    return planned


def test_campaigns_become_templates_once_and_two_of_one_name_stay_two():
    assert outcomes(move_messages()) == {Outcome.NEW: 3, Outcome.REFUSED: 1}
    assert set(Template.objects.values_list("name", "subject")) == {
        ("May (campaign_id=1)", "Hi {{ first_name }}"), ("May (campaign_id=2)", "Hi again"), ("June", "June"),
    }  # fmt: skip
    assert outcomes(move_messages()) == {Outcome.SAME: 3, Outcome.REFUSED: 1}
    Template.objects.filter(name="June").update(body="Rain")
    assert outcomes(move_messages())[Outcome.CHANGED] == 1
    assert Template.objects.get(name="June").body == "Rain"
    move_messages(replaces=True)
    assert Template.objects.get(name="June").body == "Sun"


def move_rules(rows, *, replaces=False):
    move = RuleMove(replaces=replaces)
    planned = list(move.plan(rows))
    assert list(move.apply()) == []
    return planned


def test_rules_come_in_once_as_one_version():
    mailbox = make_mailbox("Team@gmail.example")
    rows = [
        route("Info@Example.com", {"type": "forward-to-gmail", "target": "team@gmail.example", "mailboxIds": ["Work"]},
              {"type": "store"}, description="Front desk", metadata='{"ticket": 7}'),
        row(PK="ROUTE#*@example.com", SK="RULE#v1", action="bounce", enabled=False),
        route("check@example.com", {"type": "store"}, metadata='{"canary":true}'),
    ]  # fmt: skip
    assert outcomes(move_rules(rows)) == {Outcome.NEW: 2, Outcome.LEFT_OUT: 1}
    info, everything = RoutingRule.objects.order_by("-key")
    assert (info.key, info.name, info.is_on) == ("info@example.com", "Front desk", True)
    assert info.choices[0]["actions"] == [
        {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work"], "never_spam": False}, {"kind": "store"},
    ]  # fmt: skip
    assert '{"ticket": 7}' in info.notes
    assert (everything.is_on, everything.choices[0]["actions"][0]["kind"]) == (False, "bounce")
    assert outcomes(move_rules(rows, replaces=True)) == {Outcome.SAME: 2, Outcome.LEFT_OUT: 1}
    assert RuleSetVersion.objects.count() == 1
    RoutingRule.objects.filter(pk=info.pk).update(name="Desk")
    assert outcomes(move_rules(rows))[Outcome.CHANGED] == 1
    assert RoutingRule.objects.get(pk=info.pk).name == "Desk"
    move_rules(rows, replaces=True)
    assert RoutingRule.objects.get(pk=info.pk).name == "Front desk"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (route("a@example.com", {"type": "gmail", "target": "who@gmail.example"}), "who@gmail.example"),
        (route("a@example.com", {"type": "jmap-deliver"}), "jmap-deliver"),
        (route("a@example.com"), "no action"),
        (route("a@example.com", {"type": "drop"}, {"type": "store"}), "drops or holds"),
        (route("no address", {"type": "drop"}), "no @"),
        (route("a@example.com", {"type": "forward", "target": "x"}), "no @"),
        (row(PK="ROUTE#a@example.com", SK="RULE#v9", action="drop"), "RULE#v1"),
        (route("a@example.com", {"type": "drop"}, enabled="maybe"), "enabled"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_and_the_others_come_in(bad, words):
    planned = move_rules(
        [bad, route("good@example.com", {"type": "drop"}), route("GOOD@example.com", {"type": "store"})]
    )
    assert [one.outcome for one in planned] == [Outcome.REFUSED, Outcome.NEW, Outcome.REFUSED]
    assert words in planned[0].reason
    assert "ROUTE#good@example.com" in planned[2].reason
    assert list(RoutingRule.objects.values_list("key", flat=True)) == ["good@example.com"]
