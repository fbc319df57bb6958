"""One correlation id leads from the click on Send to what SES tells of the mails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaigns.audience.models import ContactList, ListMembership
from campaigns.sending import services
from campaigns.sending.events import apply_events
from portal.logs import log_context
from tests.doubles.log_lines import json_lines
from tests.factories.feedback import ses_event
from tests.factories.sending import make_account, make_campaign, make_contact

pytestmark = pytest.mark.django_db
CLICK = "4bf92f3577b34da6"


def ready_campaign(people: int) -> int:
    chosen = ContactList.objects.create(name="Club")
    for number in range(people):
        contact = make_contact(f"person{number}@club.example")
        ListMembership.objects.create(contact_list=chosen, contact=contact)
    campaign = make_campaign(account=make_account(max_rate_per_s=100_000))
    campaign.include_lists.add(chosen)
    return int(campaign.pk)


def tags_of(request: dict[str, Any]) -> dict[str, str]:
    return {tag["Name"]: tag["Value"] for tag in request.get("DefaultEmailTags") or request["EmailTags"]}


def told(request: dict[str, Any], kind: str) -> list[str]:
    """SES's events about the mails of a call, with the tags that the call gave it."""
    bodies = []
    for entry in request["BulkEmailEntries"]:
        tags = tags_of(request) | {tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]}
        event = json.loads(ses_event(tags["postroom_delivery"], kind))
        event["mail"]["tags"] = {name: [value] for name, value in tags.items()}
        bodies.append(json.dumps(event))
    return bodies


@pytest.mark.parametrize("people", [1, 5])
def test_from_the_click_on_send_to_the_event(people, ses, hints, settings):
    settings.SEND_GRACE_S = 0
    campaign_id = ready_campaign(people)
    with json_lines() as lines:
        with log_context(correlation_id=CLICK):
            services.start_campaign(campaign_id, actor=None)
        hints.run_all()
        with log_context(correlation_id="invocation-1"):
            apply_events(told(ses.requests[0], "Delivery") if people > 1 else [])
    assert {tags_of(request)["postroom_trace"] for request in ses.requests} == {CLICK}
    of_click = [line for line in lines() if line.get("correlation_id") == CLICK]
    tasks = {line["task"] for line in of_click if line["event"] == "task.done"}
    assert {"campaigns.plan_campaign", "campaigns.send_chunk"} <= tasks
    events = [(line["event_count"], line["told_by"]) for line in of_click if line["event"] == "events.of_mail"]
    assert events == ([(people, "invocation-1")] if people > 1 else [])


def test_an_id_that_ses_would_refuse_is_no_tag(ses, hints, settings):
    settings.SEND_GRACE_S = 0
    campaign_id = ready_campaign(2)
    with log_context(correlation_id="schedule:maintenance.sweep"):
        services.start_campaign(campaign_id, actor=None)
    hints.run_all()
    assert "postroom_trace" not in tags_of(ses.requests[0])


def test_a_trace_that_somebody_made_up_gives_no_line(caplog):
    event = json.loads(ses_event(1, "Delivery"))
    event["mail"]["tags"]["postroom_trace"] = ["a" * 65]
    apply_events([json.dumps(event)])
    assert [record for record in caplog.records if record.message == "events.of_mail"] == []
