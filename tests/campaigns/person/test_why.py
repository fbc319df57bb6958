from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.person.why import CampaignFacts, DeliveryFacts, SuppressionFacts, Why, WhyFacts, explain
from campaigns.person.why_words import _SENTENCES, sentence, tone_of
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason

LEFT = datetime(2026, 5, 3, 9, 12, tzinfo=UTC)
LATER = LEFT + timedelta(days=2)
BOUNCED = SuppressionFacts("bounce", LEFT, "550 5.1.1 user unknown")
ENDED = replace(BOUNCED, ended_at=LATER)
SENT = CampaignFacts("Spring letter", CampaignStatus.COMPLETED, planned_at=LEFT)
DRAFT = CampaignFacts("Spring letter", CampaignStatus.DRAFT, is_chosen=True)


def delivery(state, reason=Reason.NONE, **fields):
    return DeliveryFacts(state=state, reason=reason, changed_at=LEFT, **fields)


def skipped(reason):
    return delivery(DeliveryState.SKIPPED, reason)


def asked(campaign=None, given=None, **fields):
    return WhyFacts(campaign=campaign, delivery=given, **{"added_at": LEFT - timedelta(days=9), **fields})


def sent(state, reason=Reason.NONE, status=CampaignStatus.COMPLETED, **fields):
    return asked(replace(SENT, status=status), delivery(state, reason, **fields))


TESTED = replace(SENT, status=CampaignStatus.IN_PROGRESS, waits_for_winner=True)
STRANGER = {"is_contact": False, "added_at": None}
ANSWERS = [
    (Why.NOT_AN_ADDRESS, asked(is_address=False, **STRANGER)),
    (Why.UNKNOWN, asked(**STRANGER)),
    (Why.UNKNOWN, asked(DRAFT, **STRANGER)),
    (Why.UNKNOWN_AND_SUPPRESSED, asked(suppression=BOUNCED, **STRANGER)),
    (Why.SUPPRESSED, asked(suppression=BOUNCED)),
    (Why.REACHED, asked()),
    (Why.LET_GO, asked(suppression=ENDED)),
    (Why.UNKNOWN_AND_LET_GO, asked(suppression=ENDED, **STRANGER)),
    (Why.LISTED, asked(listed_since=LEFT)),
    (Why.LISTED, asked(listed_since=LEFT, suppression=ENDED)),
    (Why.UNKNOWN_AND_LISTED, asked(listed_since=LEFT, **STRANGER)),
    (Why.SUPPRESSED, asked(listed_since=LEFT, suppression=BOUNCED)),
    (Why.FORGOTTEN, asked(is_forgotten=True, **STRANGER)),
    (Why.FORGOTTEN, asked(is_forgotten=True)),
    (Why.UNKNOWN_AND_SUPPRESSED, asked(is_forgotten=True, suppression=BOUNCED, **STRANGER)),
    (Why.WOULD_BE_HELD_BACK, asked(DRAFT, listed_since=LEFT)),
    (Why.NO_AUDIENCE, asked(replace(DRAFT, has_audience=False, is_chosen=False))),
    (Why.WOULD_NOT_BE_CHOSEN, asked(replace(DRAFT, is_chosen=False))),
    (Why.WOULD_BE_EXCLUDED, asked(replace(DRAFT, is_chosen=False, excluded_by="people on “Board”"))),
    (Why.WOULD_BE_SUPPRESSED, asked(DRAFT, suppression=BOUNCED)),
    (Why.WOULD_MISS_VALUE, asked(replace(DRAFT, missing_fields=("city",)))),
    (Why.WOULD_GET, asked(DRAFT)),
    (Why.WOULD_GET, asked(replace(DRAFT, status=CampaignStatus.SCHEDULED), suppression=ENDED)),
    (Why.STOPPED_BEFORE, asked(replace(SENT, status=CampaignStatus.CANCELLED, planned_at=None))),
    (Why.WAS_UNKNOWN, asked(SENT, **STRANGER)),
    (Why.ADDED_LATER, asked(SENT, added_at=LATER)),
    (Why.JOINED_LATER, asked(replace(SENT, is_chosen=True, joined_later="Members", joined_at=LATER))),
    (Why.EXCLUDED, asked(replace(SENT, excluded_by="people on “Board”"))),
    (Why.CHOSEN_SINCE, asked(replace(SENT, is_chosen=True))),
    (Why.NOT_CHOSEN, asked(SENT)),
    (Why.SKIPPED_SUPPRESSED, asked(SENT, skipped(Reason.SUPPRESSED_BOUNCE), suppression=BOUNCED)),
    (Why.SKIPPED_SUPPRESSED_THEN, asked(SENT, skipped(Reason.SUPPRESSED_UNSUBSCRIBE), suppression=ENDED)),
    (Why.SKIPPED_SUPPRESSED_THEN, asked(SENT, skipped(Reason.SUPPRESSED_MANUAL))),
    (Why.SKIPPED_MISSING_VALUE, sent(DeliveryState.SKIPPED, Reason.MISSING_VALUE)),
    (Why.SKIPPED, sent(DeliveryState.SKIPPED, Reason.INVALID_ADDRESS)),
    (Why.WAITS, sent(DeliveryState.QUEUED, status=CampaignStatus.IN_PROGRESS)),
    (Why.WAITS_FOR_WINNER, asked(TESTED, delivery(DeliveryState.QUEUED))),
    (Why.WAITS_PAUSED, sent(DeliveryState.QUEUED, status=CampaignStatus.PAUSED)),
    (Why.WAITS_PAUSED, sent(DeliveryState.DEFERRED, Reason.THROTTLED, status=CampaignStatus.PAUSED)),
    (Why.WAITS_FAILED, sent(DeliveryState.QUEUED, status=CampaignStatus.FAILED)),
    (Why.WAITS_RETRY, sent(DeliveryState.DEFERRED, Reason.QUOTA_REACHED, status=CampaignStatus.IN_PROGRESS)),
    (Why.BEING_SENT, sent(DeliveryState.SENDING, status=CampaignStatus.IN_PROGRESS)),
    (Why.CANCELLED, sent(DeliveryState.CANCELLED, Reason.CANCELLED_BY_PERSON, status=CampaignStatus.CANCELLED)),
    (Why.CANCELLED, sent(DeliveryState.QUEUED, status=CampaignStatus.CANCELLED)),
    (Why.REFUSED, sent(DeliveryState.REFUSED, Reason.MESSAGE_REJECTED)),
    (Why.UNCERTAIN, sent(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)),
    (Why.NO_ANSWER_YET, sent(DeliveryState.ACCEPTED)),
    (Why.DELAYED, sent(DeliveryState.ACCEPTED, is_delayed=True)),
    (Why.BOUNCED, sent(DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN, words="550 5.1.1 user unknown")),
    (Why.COMPLAINED, sent(DeliveryState.COMPLAINED, Reason.COMPLAINED)),
    (Why.DELIVERED, sent(DeliveryState.DELIVERED)),
]


@pytest.mark.parametrize(("expected", "facts"), ANSWERS)
def test_each_state_of_things_has_its_answer(expected, facts):
    assert explain(facts) is expected


def test_every_answer_is_given_somewhere_and_has_its_sentence():
    assert {answer for answer, _facts in ANSWERS} == set(Why) == set(_SENTENCES)


@pytest.mark.parametrize(("why", "facts"), ANSWERS)
def test_each_sentence_is_whole(why, facts):
    said = sentence(facts, name="Anna", address="anna@club.example")
    assert "{" not in said
    assert "None" not in said
    assert said.count("–") == 0, "a time that is not known"
    assert tone_of(why) in {"good", "warn", "bad"}


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("status", CampaignStatus)
def test_no_state_is_without_an_answer(state, status):
    assert explain(sent(state, status=status)) in Why


def test_what_a_mail_server_or_a_person_wrote_is_shown_and_never_run():
    said = sentence(
        sent(DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN, words="<script>550</script>"),
        name="<b>Anna</b>", address="anna@club.example",
    )  # fmt: skip
    assert "<script>" not in said
    assert "&lt;script&gt;550" in said


def test_the_words_of_the_mail_server_are_in_the_sentence():
    said = sentence(asked(suppression=BOUNCED), name="Anna", address="anna@club.example")
    assert "user unknown" in said
    assert "2026" in said
