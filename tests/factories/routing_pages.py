"""What the pages of routing show: rules with everything that can be odd about them, mail of last week, a draft."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from routing.domains.models import InboundDomain
from routing.rules.decide import Facts
from routing.rules.draft_models import RuleDraft
from routing.rules.drafts import draft_of_file
from routing.rules.models import RoutingRule, RuleHit, RuleSetVersion, SavedExample
from routing.rules.rule_tables import read_csv
from routing.rules.services import save_default_route
from routing.rules.trying import save_example
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import make_inbound_delivery, make_message, make_rule

SPAM = {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}


def make_domain(name: str = "example.com", **fields: object) -> InboundDomain:
    domain, _is_new = InboundDomain.objects.update_or_create(name=name, defaults=fields)
    return domain


def domains_of_all_kinds() -> InboundDomain:
    """One that leads here, one that leads elsewhere, one that no longer receives."""
    now, ses = timezone.now(), "10 inbound-smtp.eu-west-1.amazonaws.com"
    make_domain("elsewhere.example", mx=InboundDomain.Mx.ELSEWHERE, mx_hosts=["10 mx.other.example"], mx_checked_at=now)
    make_domain("old.example", receives=False, notes="Moved in May")
    unmatched_mail()
    return make_domain("example.com", mx=InboundDomain.Mx.OK, mx_hosts=[ses], mx_checked_at=now)


def a_rule_set() -> RoutingRule:
    """Rules of every kind, some of them odd, with hits; returns one with several choices."""
    mailbox = make_mailbox("office@gmail.example")
    lost = make_mailbox("lost@gmail.example", health="revoked")
    make_domain("example.com")
    to_gmail = {"kind": "gmail", "account_id": mailbox.pk, "labels": ["Work"], "never_spam": True}
    make_rule("info+shop@example.com", {"kind": "gmail", "account_id": lost.pk, "labels": [], "never_spam": False})
    make_rule("dull@example.com", to_gmail)
    make_rule("old@elsewhere.example", {"kind": "bounce", "code": "no_mailbox", "text": "We have moved"})
    make_rule("*@example.com", to_gmail, name="The office")
    make_rule("press@example.com", {"kind": "forward", "address": "press@agency.example"}, is_on=False)
    rule = make_rule(
        "info@example.com",
        choices=[
            {"conditions": [SPAM], "actions": [{"kind": "drop"}]},
            {"conditions": [], "actions": [to_gmail, {"kind": "webhook", "url": "https://hook.example/in"}]},
            {"conditions": [{"kind": "size", "test": "over", "size_bytes": 1}], "actions": [{"kind": "store"}]},
        ],
        name="Information",
    )
    now = timezone.now()
    RuleHit.objects.create(rule=rule, day=now.date(), count=812, last_at=now)
    unmatched_mail()
    return rule


def unmatched_mail() -> None:
    """Mail of last week that only the last row took."""
    for number, recipient in enumerate(["sales@example.com", "sales@example.com", "jobs@example.com"]):
        message = make_message(recipients=[recipient], received_at=timezone.now() - timedelta(days=number))
        make_inbound_delivery({"kind": "hold"}, message=message, recipient=recipient, state="held")


def examples_of_rules() -> SavedExample:
    """A guarded rule set: one example goes as it shall, one does not."""
    a_rule_set()
    save_example("Orders", "info+shop@example.com", Facts(sender="ann@customer.example"), actor=None)
    example = save_example("Anything to sales", "sales@other.example", Facts(), actor=None)
    save_default_route([{"conditions": [], "actions": [{"kind": "store"}]}], actor=None)
    return example


def a_draft_of_rules() -> RuleDraft:
    """An import that adds, changes and removes."""
    examples_of_rules()
    text = "pattern,action,to\r\nnew@example.com,store,\r\ninfo@example.com,forward,desk@agency.example\r\nanything else,hold,\r\n"
    return draft_of_file(read_csv(text, {}), name="rules.csv", removes_others=True, actor=None)


def a_version_of_rules() -> RuleSetVersion:
    """The version that a change made."""
    a_rule_set()
    return RuleSetVersion.objects.order_by("pk").last() or RuleSetVersion()
