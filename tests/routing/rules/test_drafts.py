"""Imports and earlier versions: looked at first, then all changes or none."""

from __future__ import annotations

import html
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.models import Activity
from routing.rules.decide import Facts
from routing.rules.draft_models import RuleDraft
from routing.rules.drafts import changes_of, difference
from routing.rules.models import RoutingRule, RuleSetVersion
from routing.rules.trying import save_example
from tests.factories.inbound import make_message, make_rule

pytestmark = pytest.mark.django_db
IMPORT = reverse("admin:routing_routingrule_import")
CSV = "pattern,action,to\r\nkept@example.com,store,\r\nnew@example.com,drop,\r\nother@example.com,hold,\r\n"


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def upload(client, text, *, name="rules.csv", **more):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, text.encode()), **more}, follow=True)


def draft_url(draft) -> str:
    return reverse("admin:routing_routingrule_draft", args=[draft.pk])


def stamp_in(page) -> str:
    return page.split('name="stamp" value="')[1].split('"')[0]


@pytest.fixture
def rules() -> None:
    make_rule("kept@example.com", {"kind": "store"})
    make_rule("other@example.com", {"kind": "drop"})
    make_rule("gone@example.com", {"kind": "store"})


@pytest.mark.usefixtures("rules")
def test_an_upload_shows_what_would_change_and_changes_nothing(operator):
    page = text_of(upload(operator, CSV, removes_others="on"))
    draft = RuleDraft.objects.get()
    found = difference(changes_of(draft))
    assert [change["key"] for change in found.added] == ["new@example.com"]
    assert [change["key"] for change in found.changed] == ["other@example.com"]
    assert [change["key"] for change in found.removed] == ["gone@example.com"]
    assert found.unchanged_count == 1
    assert "Nothing is changed yet." in page
    assert RoutingRule.objects.count() == 3


@pytest.mark.usefixtures("rules")
def test_without_being_asked_an_import_removes_nothing(operator):
    upload(operator, CSV)
    assert difference(changes_of(RuleDraft.objects.get())).removed == []


@pytest.mark.usefixtures("rules")
def test_all_changes_are_made_as_one_version(operator):
    page = text_of(upload(operator, CSV, removes_others="on"))
    draft, before = RuleDraft.objects.get(), RuleSetVersion.objects.count()
    operator.post(draft_url(draft), {"deed": "apply", "stamp": stamp_in(page)})
    assert set(RoutingRule.objects.values_list("key", flat=True)) == {
        "kept@example.com", "new@example.com", "other@example.com",
    }  # fmt: skip
    assert RuleSetVersion.objects.count() == before + 1
    assert RuleSetVersion.objects.first().reason == "Import of rules.csv"
    assert not RuleDraft.objects.exists()


@pytest.mark.usefixtures("rules")
def test_rules_that_changed_meanwhile_are_looked_at_again(operator):
    page = text_of(upload(operator, CSV))
    make_rule("meanwhile@example.com")
    draft = RuleDraft.objects.get()
    response = operator.post(draft_url(draft), {"deed": "apply", "stamp": stamp_in(page)}, follow=True)
    assert "Somebody changed the rules meanwhile" in text_of(response)
    assert not RoutingRule.objects.filter(key="new@example.com").exists()


def test_one_rule_that_cannot_be_used_stops_all(operator):
    page = text_of(upload(operator, "pattern,action\na@example.com,drop\nb@example.com,explode\n"))
    assert "Line 3" in page
    assert not RuleDraft.objects.exists()
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff\xfeno utf-8", b"", b"\x00"])
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(operator, raw):
    response = operator.post(IMPORT, {"file": SimpleUploadedFile("rules.csv", raw)})
    assert response.status_code == 422
    assert operator.post(IMPORT).status_code == 422
    assert not RuleDraft.objects.exists()


@pytest.mark.usefixtures("rules")
def test_an_import_that_moves_a_saved_example_asks_first(operator):
    save_example("Orders", "other@example.com", Facts(), actor=None)
    page = text_of(upload(operator, CSV))
    assert "1 saved example would go elsewhere" in page
    draft = RuleDraft.objects.get()
    given = {"deed": "apply", "stamp": stamp_in(page)}
    assert operator.post(draft_url(draft), given).status_code == 422
    assert not RoutingRule.objects.filter(key="new@example.com").exists()
    assert operator.post(draft_url(draft), {**given, "confirmed": "yes"}).status_code == 302
    assert RoutingRule.objects.filter(key="new@example.com").exists()


@pytest.mark.usefixtures("rules")
def test_last_weeks_mail_is_replayed_against_an_import(operator):
    make_message(recipients=["other+1@example.com", "kept@example.com"], subject="An order")
    upload(operator, CSV)
    page = text_of(operator.get(draft_url(RuleDraft.objects.get()), {"replay": "yes"}))
    assert "1 of 2 would go elsewhere" in page
    assert "An order" in page


@pytest.mark.usefixtures("rules")
def test_a_draft_is_thrown_away(operator):
    upload(operator, CSV)
    operator.post(draft_url(RuleDraft.objects.get()), {"deed": "discard"})
    assert not RuleDraft.objects.exists()
    assert RoutingRule.objects.count() == 3


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("file_type", ["json", "csv"])
def test_an_export_comes_back_as_no_change_and_is_on_record(operator, file_type):
    response = operator.post(reverse("admin:routing_routingrule_export", args=[file_type]))
    assert file_type in response["Content-Disposition"]
    page = text_of(
        upload(operator, response.content.decode("utf-8-sig"), name=f"rules.{file_type}", removes_others="on")
    )
    assert "The rules are like that already" in page
    assert Activity.objects.filter(verb="routing.rules_exported").count() == 1


@pytest.mark.usefixtures("rules")
def test_the_rules_go_back_to_how_they_were_after_a_look(operator):
    then = RuleSetVersion.objects.first()
    before = {rule.key: rule.choices for rule in RoutingRule.objects.all()}
    make_rule("late@example.com")
    RoutingRule.objects.get(key="kept@example.com")
    operator.post(
        reverse("admin:routing_routingrule_delete", args=[RoutingRule.objects.get(key="kept@example.com").pk])
    )
    response = operator.post(reverse("admin:routing_routingrule_restore", args=[then.pk]), follow=True)
    page = text_of(response)
    assert f"Back to version {then.pk}" in page
    operator.post(draft_url(RuleDraft.objects.get()), {"deed": "apply", "stamp": stamp_in(page)})
    assert {rule.key: rule.choices for rule in RoutingRule.objects.all()} == before


@pytest.mark.usefixtures("rules")
def test_the_history_says_who_changed_what(operator):
    operator.post(
        reverse("admin:routing_routingrule_delete", args=[RoutingRule.objects.get(key="gone@example.com").pk])
    )
    page = text_of(operator.get(reverse("admin:routing_routingrule_history_list")))
    assert "operator" in page
    version = RuleSetVersion.objects.first()
    page = text_of(operator.get(reverse("admin:routing_routingrule_version", args=[version.pk])))
    assert "gone@example.com" in page
    assert "store only" in page


def test_an_import_from_another_installation_finds_gmail_accounts_by_address(operator):
    from tests.factories.gmail import make_mailbox

    mailbox = make_mailbox("office@gmail.example")
    action = {"kind": "gmail", "account": "Office@gmail.example", "labels": [], "never_spam": False}
    rule = {"pattern": "a@example.com", "choices": [{"conditions": [], "actions": [action]}]}
    document = {"format": "postroom-routing-rules", "version": 1, "rules": [rule]}
    page = text_of(upload(operator, json.dumps(document), name="rules.json"))
    operator.post(draft_url(RuleDraft.objects.get()), {"deed": "apply", "stamp": stamp_in(page)})
    assert RoutingRule.objects.get().choices[0]["actions"][0]["account_id"] == mailbox.pk
