"""Writing a rule, without a script: rows come and go, mistakes lose nothing, saved examples ask first."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from portal.roles import MARKETER
from routing.rules.decide import Facts
from routing.rules.models import DefaultRoute, RoutingRule, SavedExample
from routing.rules.trying import save_example
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import make_message, make_rule

pytestmark = pytest.mark.django_db
ADD = reverse("admin:routing_routingrule_add")
HOME = reverse("admin:routing_routingrule_changelist")
STORE = {"choice": "0", "choice-0-action": "0", "choice-0-action-0-kind": "store"}


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def edit_url(rule) -> str:
    return reverse("admin:routing_routingrule_change", args=[rule.pk])


def seen(client, url) -> str:
    return text_of(client.get(url)).split('name="seen" value="')[1].split('"')[0]


def test_a_rule_of_two_choices_and_several_actions_is_saved(operator):
    mailbox = make_mailbox("office@gmail.example")
    given = {
        "pattern": "Info@Müller.example", "name": "Information", "is_on": "on", "deed": "save",
        "choice": ["0", "1"],
        "choice-0-condition": ["0", "1"], "choice-0-action": "0",
        "choice-0-condition-0-kind": "spam", "choice-0-condition-0-statuses": ["FAIL", "GRAY"],
        "choice-0-condition-1-kind": "size", "choice-0-condition-1-size_test": "over",
        "choice-0-condition-1-size_mb": "0,5", "choice-0-action-0-kind": "drop",
        "choice-1-action": ["0", "1"], "choice-1-action-0-kind": "gmail",
        "choice-1-action-0-account_id": str(mailbox.pk), "choice-1-action-0-labels": "Work, Shop",
        "choice-1-action-0-never_spam": "on",
        "choice-1-action-1-kind": "forward", "choice-1-action-1-address": "desk@agency.example",
    }  # fmt: skip
    assert operator.post(ADD, given).status_code == 302
    rule = RoutingRule.objects.get()
    assert (rule.key, rule.name, rule.is_on) == ("info@xn--mller-kva.example", "Information", True)
    assert rule.choices == [
        {
            "conditions": [
                {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL", "GRAY"]},
                {"kind": "size", "test": "over", "size_bytes": 524_288},
            ],
            "actions": [{"kind": "drop"}],
        },
        {
            "conditions": [],
            "actions": [
                {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work", "Shop"], "never_spam": True},
                {"kind": "forward", "address": "desk@agency.example"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pattern": ""}, "Write an address"),
        ({"pattern": "no at"}, "There is no @ in it"),
        ({"choice-0-action-0-kind": ""}, "Choose what to do."),
        ({"choice-0-action-0-kind": "gmail"}, "Choose a Gmail account."),
        ({"choice-0-action-0-kind": "forward", "choice-0-action-0-address": "desk"}, "Write the address that the mail"),
        ({"choice-0-action-0-kind": "webhook", "choice-0-action-0-url": "ftp://x"}, "it begins with https://"),
        ({"choice-0-condition": "0", "choice-0-condition-0-kind": "spam"}, "Tick at least one result."),
        ({"choice-0-condition": "0", "choice-0-condition-0-kind": "sender"}, "Name at least one sender"),
        (
            {"choice-0-condition": "0", "choice-0-condition-0-kind": "size", "choice-0-condition-0-size_mb": "big"},
            "Write the size in MB",
        ),
        ({"choice-0-condition": "0", "choice-0-condition-0-kind": "header"}, "Name the header."),
    ],
)
def test_a_mistake_is_said_at_its_place_and_nothing_typed_is_lost(operator, given, said):
    response = operator.post(ADD, {"pattern": "a@example.com", "name": "My name for it", **STORE, **given})
    assert response.status_code == 422
    assert said in text_of(response)
    assert 'value="My name for it"' in text_of(response)
    assert not RoutingRule.objects.exists()


def test_rows_are_added_moved_and_taken_away_without_a_script(operator):
    given = {"pattern": "a@example.com", **STORE}
    page = text_of(operator.post(ADD, {**given, "deed": "add-choice"}))
    assert page.count('name="choice" value=') == 2
    page = text_of(operator.post(ADD, {**given, "deed": "add-condition.0"}))
    assert 'name="choice-0-condition" value="0"' in page
    two = {**given, "choice": ["0", "1"], "choice-1-action": "0", "choice-1-action-0-kind": "drop"}
    page = text_of(operator.post(ADD, {**two, "deed": "up.1"}))
    first = page.split('name="choice-0-action-0-kind"')[1].split("</select>")[0]
    assert 'value="drop" selected' in first
    page = text_of(operator.post(ADD, {**two, "deed": "remove-choice.0"}))
    assert page.count('name="choice" value=') == 1
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize("deed", ["up.9", "remove-action.0.9", "add-action.x", "remove-choice", "look"])
def test_a_button_that_fits_no_row_changes_nothing(operator, deed):
    response = operator.post(ADD, {"pattern": "a@example.com", **STORE, "deed": deed})
    assert response.status_code == 200
    assert 'value="a@example.com"' in text_of(response)


def test_another_spelling_of_the_same_address_leads_to_its_rule(operator):
    rule = make_rule("info@xn--mller-kva.example")
    page = text_of(operator.post(ADD, {"pattern": "INFO@müller.example", **STORE, "deed": "look"}))
    assert "the two spellings are the same address" in page
    assert edit_url(rule) in page
    response = operator.post(ADD, {"pattern": "INFO@müller.example", **STORE})
    assert response.status_code == 422
    assert RoutingRule.objects.count() == 1


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(operator):
    rule = make_rule("a@example.com")
    before = seen(operator, edit_url(rule))
    other = make_rule  # somebody else deletes and makes it anew
    rule.delete()
    rule = other("a@example.com", {"kind": "hold"})
    given = {"pattern": "a@example.com", "is_on": "on", "seen": before, **STORE}
    response = operator.post(edit_url(rule), given)
    assert response.status_code == 422
    assert "Somebody changed this rule" in text_of(response)
    rule.refresh_from_db()
    assert rule.choices[0]["actions"] == [{"kind": "hold"}]
    now = text_of(response).split('name="seen" value="')[1].split('"')[0]
    assert operator.post(edit_url(rule), {**given, "seen": now}).status_code == 302
    rule.refresh_from_db()
    assert rule.choices[0]["actions"] == [{"kind": "store"}]


def test_a_saved_example_that_would_go_elsewhere_blocks_the_save_until_it_is_confirmed(operator):
    rule = make_rule("a@example.com", {"kind": "hold"})
    save_example("Orders", "a+1@example.com", Facts(), actor=None)
    given = {"pattern": "a@example.com", "is_on": "on", "seen": seen(operator, edit_url(rule)), **STORE}
    response = operator.post(edit_url(rule), given)
    assert response.status_code == 422
    assert "Orders" in text_of(response)
    assert "save all the same" in text_of(response)
    rule.refresh_from_db()
    assert rule.choices[0]["actions"] == [{"kind": "hold"}]
    assert operator.post(edit_url(rule), {**given, "confirmed": "yes"}).status_code == 302
    rule.refresh_from_db()
    assert rule.choices[0]["actions"] == [{"kind": "store"}]


@pytest.mark.parametrize("deed", ["switch", "delete"])
def test_every_other_deed_asks_first_too(operator, deed):
    rule = make_rule("a@example.com", {"kind": "drop"})
    save_example("Orders", "a@example.com", Facts(), actor=None)
    url = reverse(f"admin:routing_routingrule_{deed}", args=[rule.pk])
    response = operator.post(url, {"deed": "off"})
    assert response.status_code == 422
    assert "1 saved example would go elsewhere" in text_of(response)
    rule.refresh_from_db()
    assert rule.is_on
    operator.post(url, {"deed": "off", "confirmed": "yes"})
    assert not RoutingRule.objects.filter(is_on=True).exists()


def test_an_example_that_was_wrong_already_asks_nobody(operator):
    example = save_example("Orders", "a@example.com", Facts(), actor=None)
    SavedExample.objects.filter(pk=example.pk).update(expected=[{"kind": "drop"}])
    assert operator.post(ADD, {"pattern": "a@example.com", **STORE}).status_code == 302


def test_last_weeks_mail_tells_what_an_unsaved_rule_would_change(operator):
    make_rule("*@in.example", {"kind": "hold"})
    make_message(recipients=["a+1@in.example", "b@in.example"], subject="An order")
    given = {"pattern": "a@in.example", "is_on": "on", **STORE, "deed": "replay"}
    page = text_of(operator.post(ADD, given))
    assert "1 of 2 would go elsewhere" in page
    assert "An order" in page
    assert RoutingRule.objects.count() == 1


def test_the_last_row_is_edited_and_cannot_be_deleted(operator):
    url = reverse("admin:routing_routingrule_default")
    given = {"choice": "0", "choice-0-action": "0", "choice-0-action-0-kind": "bounce", "seen": seen(operator, url)}
    assert not DefaultRoute.objects.exists()  # looking made no row
    assert operator.post(url, given).status_code == 302
    assert DefaultRoute.objects.get().choices[0]["actions"][0]["kind"] == "bounce"
    assert "bounce: no such mailbox" in text_of(operator.get(HOME))


def test_a_marketer_looks_at_a_rule_and_changes_nothing(client_of):
    rule = make_rule("a@example.com")
    marketer = client_of(MARKETER)
    assert "You may look at this, not change it." in text_of(marketer.get(edit_url(rule)))
    assert marketer.post(edit_url(rule), {"pattern": "a@example.com", **STORE}).status_code == 403
