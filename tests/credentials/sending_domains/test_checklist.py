"""What Gmail and Yahoo ask of bulk senders, held against what is known."""

from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.sending.domain_figures import domain_figures
from campaigns.sending.sender_checks import sender_points
from campaigns.sending.states import DeliveryState
from credentials.sending_domains.checklist import Facts, Rule, Verdict, checklist
from credentials.sending_domains.figures import SenderFigures
from credentials.sending_domains.records import Mark, RecordKind
from tests.factories.sending import make_account, make_campaign, plan_people
from tests.factories.sending_domains import give_records, make_sending_domain

ALL_RIGHT = dict.fromkeys(RecordKind, Mark.RIGHT)


def verdicts(marks: dict[RecordKind, Mark] | None = None, *, figures: SenderFigures | None = None, **facts: bool):
    given = {"is_dkim_proven": True, "has_mail_from": True, "is_public_https": True, **facts}
    items = checklist(Facts(marks=ALL_RIGHT | (marks or {}), figures=figures or SenderFigures(), **given))
    return {item.rule: item.verdict for item in items}


def test_a_domain_in_order_keeps_every_rule_that_can_be_known():
    found = verdicts(figures=SenderFigures(3, 10_000, 4))
    assert set(found) == set(Rule)
    assert set(found.values()) == {Verdict.KEPT}


@pytest.mark.parametrize(
    ("marks", "rule"),
    [
        ({RecordKind.DKIM_2: Mark.MISSING}, Rule.DKIM),
        ({RecordKind.DKIM_2: Mark.WRONG}, Rule.ALIGNMENT),
        ({RecordKind.MAIL_FROM_SPF: Mark.MISSING}, Rule.SPF),
        ({RecordKind.DMARC: Mark.WRONG}, Rule.DMARC),
    ],
)
def test_a_record_that_is_wrong_breaks_its_rule(marks, rule):
    assert verdicts(marks)[rule] is Verdict.BROKEN


def test_what_was_not_asked_is_not_known():
    assert verdicts({RecordKind.DMARC: Mark.UNKNOWN})[Rule.DMARC] is Verdict.UNKNOWN
    assert verdicts({RecordKind.DMARC: Mark.ADVICE})[Rule.DMARC] is Verdict.KEPT


def test_rules_that_need_more_than_records():
    assert verdicts(is_public_https=False)[Rule.ONE_CLICK] is Verdict.BROKEN
    assert verdicts(has_mail_from=False)[Rule.SPF] is Verdict.NEARLY
    assert verdicts(is_dkim_proven=False)[Rule.DKIM] is Verdict.NEARLY


@pytest.mark.parametrize(
    ("complained", "verdict"),
    [(0, Verdict.KEPT), (9, Verdict.KEPT), (10, Verdict.NEARLY), (29, Verdict.NEARLY), (30, Verdict.BROKEN)],
)
def test_complaints_are_held_against_a_tenth_and_three_tenths_of_a_per_cent(complained, verdict):
    assert verdicts(figures=SenderFigures(1, 10_000, complained))[Rule.COMPLAINTS] is verdict


@pytest.mark.django_db
def test_complaints_are_those_about_campaigns_from_the_domain():
    for address in ("news@example.org", "kim@sub.example.org", "kim@notexample.org"):
        campaign = make_campaign(from_address=address, planned_at=timezone.now())
        plan_people(campaign, [DeliveryState.DELIVERED, DeliveryState.COMPLAINED, DeliveryState.QUEUED])

    assert domain_figures("example.org") == SenderFigures(2, 4, 2)
    assert domain_figures("example.net") == SenderFigures()


@pytest.mark.django_db
def test_a_campaign_is_warned_of_records_that_broke(monkeypatch):
    monkeypatch.setattr("campaigns.sending.identities.verified_identities", lambda: {"example.org"})
    domain = make_sending_domain("example.org")
    give_records(domain, {RecordKind.DKIM_1: (Mark.MISSING, "not_found")})
    campaign = make_campaign(from_address="news@sub.example.org", account=make_account())

    points = {point.code: point for point in sender_points(campaign)}

    assert "DKIM 1 of 3" in points["sender_records_broken"].text
    assert points["sender_records_broken"].link == f"/admin/credentials/sendingdomain/{domain.pk}/"
    domain.records.update(broke_at=None)
    assert "sender_records_broken" not in {point.code for point in sender_points(campaign)}
