"""What was told to other systems, and what single messages said, of a person who is forgotten."""

from __future__ import annotations

import json

import pytest

from campaigns.messages.models import MessageVersion
from campaigns.privacy.erase_ledger import forget_single_mails
from campaigns.privacy.erase_person import delete_webhook_posts
from campaigns.privacy.subject import Subject
from campaigns.transactional.orders import Words
from campaigns.webhooks.models import WebhookPost
from tests.factories.transactional import make_message
from tests.factories.webhooks import make_post

pytestmark = pytest.mark.django_db
ADA = Subject((1,), ("ada@club.example",))
THEIRS = {"id": "evt_1", "type": "mail.bounced", "data": {"address": "Ada@club.example"}}
OTHERS = {"id": "evt_2", "type": "mail.bounced", "data": {"address": "bert@club.example"}}


def body_of(*events) -> str:
    return json.dumps({"type": "events", "timestamp": "2026-03-02T09:00:00Z", "data": {"events": list(events)}})


def test_only_their_events_go_from_a_post_that_waits():
    both = make_post(body=body_of(THEIRS, OTHERS))
    theirs = make_post(endpoint=both.endpoint, body=body_of(THEIRS))
    assert delete_webhook_posts(ADA) == {"webhook_posts": 2}
    [kept] = WebhookPost.objects.all()
    assert (kept.pk, kept.event_count, json.loads(kept.body)["data"]["events"]) == (both.pk, 1, [OTHERS])
    assert theirs.pk != kept.pk


def test_what_only_they_were_told_is_not_kept_and_is_written_anew_for_the_next():
    words = Words("For Ada", "Dear Ada, your test result is fine.")
    make_message("ada@club.example", wording=words)
    forget_single_mails(ADA)
    assert [version.body for version in MessageVersion.objects.all()] == [""]
    make_message("ada2@club.example", wording=words)
    assert MessageVersion.objects.order_by("pk").last().body == words.body


def test_words_that_others_got_too_stay():
    words = Words("Opening hours", "We are closed on Monday.")
    make_message("ada@club.example", wording=words)
    make_message("bert@club.example", wording=words)
    forget_single_mails(ADA)
    assert MessageVersion.objects.get().body == words.body
