"""The list of rules: what stands there, and the deeds on one rule."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from portal.models import Activity
from portal.roles import VIEWER
from routing.rules.models import RoutingRule, RuleSetVersion
from tests.factories.inbound import make_rule
from tests.factories.routing_pages import a_rule_set, make_domain

pytestmark = pytest.mark.django_db
HOME = reverse("admin:routing_routingrule_changelist")


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def deed_url(name, *arguments) -> str:
    return reverse(f"admin:routing_routingrule_{name}", args=arguments)


def test_rules_stand_in_the_order_in_which_they_are_asked_with_anything_else_at_the_end(operator):
    a_rule_set()
    make_rule("*")
    page = text_of(operator.get(HOME))
    places = [
        page.index(f">{pattern}</a>")
        for pattern in ("info+shop@example.com", "info@example.com", "*@example.com", "*", "Anything else")
    ]
    assert places == sorted(places)


def test_each_rule_says_what_it_does_and_how_often(operator):
    a_rule_set()
    page = text_of(operator.get(HOME))
    assert "If spam check: failed: drop" in page
    assert "Gmail office@gmail.example with label Work never to spam" in page
    assert "812 in 30 days" in page


@pytest.mark.parametrize(
    "caution",
    [
        "Choice 3 can never be reached: choice 2 takes all its mail first.",
        "elsewhere.example is not among the domains that receive here",
        "Gmail lost@gmail.example is not connected",
        "It does what would happen without it, by the rule for “*@example.com”.",
    ],
)
def test_what_is_odd_stands_at_its_rule(operator, caution):
    a_rule_set()
    assert caution in text_of(operator.get(HOME))


def test_a_viewer_sees_the_rules_and_no_buttons(client_of):
    rule = a_rule_set()
    viewer = client_of(VIEWER)
    page = text_of(viewer.get(HOME))
    assert "info@example.com" in page
    assert "Turn off" not in page
    assert viewer.post(deed_url("switch", rule.pk), {"deed": "off"}).status_code == 403


def test_a_rule_is_turned_off_and_on(operator):
    rule = a_rule_set()
    operator.post(deed_url("switch", rule.pk), {"deed": "off"})
    rule.refresh_from_db()
    assert not rule.is_on
    operator.post(deed_url("switch", rule.pk), {"deed": "on"})
    rule.refresh_from_db()
    assert rule.is_on


def test_deleting_offers_an_undo_that_brings_the_rule_back(operator):
    rule = a_rule_set()
    response = operator.post(deed_url("delete", rule.pk), follow=True)
    assert not RoutingRule.objects.filter(key="info@example.com").exists()
    version = RuleSetVersion.objects.first()
    assert deed_url("undo", version.pk) in text_of(response)
    operator.post(deed_url("undo", version.pk))
    back = RoutingRule.objects.get(key="info@example.com")
    assert (back.name, back.choices) == (rule.name, rule.choices)
    assert Activity.objects.filter(verb="routing.rules_changed").count() >= 2


def test_undo_refuses_once_the_same_rule_was_changed_again(operator):
    rule = a_rule_set()
    operator.post(deed_url("delete", rule.pk))
    version = RuleSetVersion.objects.first()
    make_rule("info@example.com", {"kind": "drop"})
    response = operator.post(deed_url("undo", version.pk), follow=True)
    assert "changed again" in text_of(response)
    assert RoutingRule.objects.get(key="info@example.com").choices[0]["actions"] == [{"kind": "drop"}]


def test_a_choice_that_is_never_reached_goes_by_one_click(operator):
    rule = a_rule_set()
    operator.post(deed_url("cure", rule.pk), {"deed": "remove-choice", "subject": "3"})
    rule.refresh_from_db()
    assert len(rule.choices) == 2
    assert "Choice 3 can never be reached" not in text_of(operator.get(HOME))


def test_forwarding_that_leads_back_is_cured_by_taking_it_away(operator):
    forward = {"kind": "forward", "address": "desk@later.example"}
    rule = make_rule("info@example.com", forward, {"kind": "store"})
    make_domain("later.example")
    assert "goes round in circles" in text_of(operator.get(HOME))
    operator.post(deed_url("cure", rule.pk), {"deed": "remove-forward", "subject": "desk@later.example"})
    rule.refresh_from_db()
    assert rule.choices[0]["actions"] == [{"kind": "store"}]


def test_a_cure_never_leaves_an_empty_rule(operator):
    rule = make_rule("info@example.com")
    response = operator.post(deed_url("cure", rule.pk), {"deed": "remove-choice", "subject": "1"}, follow=True)
    assert "nothing left of the rule" in text_of(response)
    rule.refresh_from_db()
    assert len(rule.choices) == 1


def test_the_domain_of_a_rule_is_added_from_the_rule(operator):
    make_rule("info@new.example")
    url = reverse("admin:routing_inbounddomain_add")
    response = operator.post(url, {"name": "new.example", "back": HOME}, follow=True)
    assert response.redirect_chain == [(HOME, 302)]
    assert "not among the domains" not in text_of(response)


@pytest.mark.parametrize("sought", ["info@", "INFO@EXAMPLE.COM", "Information"])
def test_a_rule_is_found_by_the_beginning_of_its_address_or_its_name(operator, sought):
    a_rule_set()
    page = text_of(operator.get(HOME, {"q": sought}))
    assert ">info@example.com</a>" in page
    assert ">press@example.com</a>" not in page


def test_all_rules_of_a_domain_are_found_in_its_own_script(operator):
    make_rule("info@müller.example")
    make_rule("info@example.com")
    page = text_of(operator.get(HOME, {"q": "müller.example"}))
    assert ">info@müller.example</a>" in page
    assert ">info@example.com</a>" not in page


def test_addresses_of_last_week_without_a_rule_lead_to_a_new_rule(operator):
    a_rule_set()
    page = text_of(operator.get(HOME))
    assert "?pattern=sales%40example.com" in page
    form = text_of(operator.get(deed_url("add"), {"pattern": "sales@example.com"}))
    assert 'name="pattern" value="sales@example.com"' in form
