"""Deeds on several rules at once need the same leave as each of their changes by itself."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from routing.rules.definition import ChoiceJson
from routing.rules.draft_models import RuleDraft
from routing.rules.models import DefaultRoute, RoutingRule, RuleSetVersion
from routing.rules.services import delete_rule, save_default_route
from tests.factories.inbound import make_rule

pytestmark = pytest.mark.django_db
MAY_EDIT = ("view_routingrule", "add_routingrule", "change_routingrule")
STORE: list[ChoiceJson] = [{"conditions": [], "actions": [{"kind": "store"}]}]


def rule_url(name, *arguments) -> str:
    return reverse(f"admin:routing_routingrule_{name}", args=arguments)


@pytest.fixture
def editor(client):
    """Somebody who may make and change rules, but neither delete one nor change the last row."""
    person = User.objects.create_user("editor", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=MAY_EDIT))
    client.force_login(person)
    return client


def test_who_may_not_delete_a_rule_is_offered_no_such_cure_and_cannot_post_it(editor):
    make_rule("*@example.com", {"kind": "store"})
    rule = make_rule("info@example.com", {"kind": "store"})
    assert "Delete this rule" not in editor.get(rule_url("changelist")).content.decode()
    answer = editor.post(rule_url("cure", rule.pk), {"deed": "delete"})
    assert (answer.status_code, RoutingRule.objects.filter(pk=rule.pk).exists()) == (403, True)


def test_who_may_not_change_the_last_row_cannot_cure_it(editor):
    route = save_default_route([{"conditions": [], "actions": [{"kind": "drop"}]}, *STORE], actor=None)
    answer = editor.post(rule_url("cure", 0), {"deed": "remove-choice", "subject": "2"})
    assert answer.status_code == 403
    assert len(DefaultRoute.objects.get(pk=route.pk).choices) == 2


def test_who_may_not_delete_a_rule_cannot_undo_its_making(editor):
    rule = make_rule("info@example.com", {"kind": "store"})
    made = RuleSetVersion.objects.latest("pk")
    assert editor.post(rule_url("undo", made.pk)).status_code == 403
    assert RoutingRule.objects.filter(pk=rule.pk).exists()


def test_who_may_not_delete_rules_cannot_have_an_import_do_it(editor):
    kept, gone = make_rule("kept@example.com", {"kind": "store"}), make_rule("gone@example.com", {"kind": "store"})
    table = SimpleUploadedFile("rules.csv", b"pattern,action\r\nkept@example.com,drop\r\n")
    editor.post(rule_url("import"), {"file": table, "removes_others": "on"})
    stamp = RuleSetVersion.objects.latest("pk").pk
    answer = editor.post(rule_url("draft", RuleDraft.objects.get().pk), {"deed": "make", "stamp": stamp})
    assert answer.status_code == 403
    assert RoutingRule.objects.filter(pk__in=[kept.pk, gone.pk]).count() == 2


def test_what_only_changes_rules_is_done_with_the_leave_to_change_them(editor):
    make_rule("info@example.com", {"kind": "store"})
    delete_rule(RoutingRule.objects.get().pk, actor=None)
    deleted = RuleSetVersion.objects.latest("pk")
    editor.post(rule_url("undo", deleted.pk))
    assert RoutingRule.objects.get().key == "info@example.com"
