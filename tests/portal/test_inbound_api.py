from __future__ import annotations

import base64

import pytest

from credentials.api_keys.scopes import Scope
from routing.inbound.models import InboundMessage
from routing.rules.models import RuleHit
from tests.factories.api import api_client
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import RAW, make_rule

PLACE = "/api/v1/route-decision"
SPAM = {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}
pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return api_client(scopes=[Scope.READ_ROUTES])


def test_the_answer_names_every_key_and_what_is_done(api):
    mailbox = make_mailbox("office@gmail.example")
    rule = make_rule("*@in.example", {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work"]})
    answer = api.post(PLACE, {"address": "A+tag@IN.example"}).json()
    assert (answer["recipient"], answer["rule_id"], answer["rule_key"]) == ("a+tag@in.example", rule.pk, "*@in.example")
    assert [tried["key"] for tried in answer["tried"]] == ["a+tag@in.example", "a@in.example", "*@in.example"]
    assert answer["actions"][0]["account"] == "office@gmail.example"
    assert not answer["is_default"]


def test_conditions_are_asked_of_what_is_given(api):
    make_rule("*@in.example", {"kind": "drop"}, conditions=[SPAM])
    assert api.post(PLACE, {"address": "a@in.example"}).json()["is_default"]
    answer = api.post(PLACE, {"address": "a@in.example", "verdicts": {"spam": "FAIL"}}).json()
    assert answer["actions"] == [{"kind": "drop"}]


def test_a_whole_mail_may_be_asked_about(api):
    make_rule("*@in.example", conditions=[{"kind": "sender", "test": "is_one_of", "patterns": ["*@sender.example"]}])
    assert not api.post(PLACE, {"address": "a@in.example", "raw": base64.b64encode(RAW).decode()}).json()["is_default"]
    assert api.post(PLACE, {"address": "a@in.example", "raw": "?"}).status_code == 422


def test_nothing_is_kept_or_counted(api):
    make_rule("*@in.example")
    api.post(PLACE, {"address": "a@in.example"})
    assert not RuleHit.objects.exists()
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"address": "a@b.c", "verdicts": {"spam": "MAYBE"}}, {"address": "a@b.c", "to": ""}]
)
def test_a_question_that_is_none_is_refused_by_field(api, body):
    assert api.post(PLACE, body).json()["errors"]
