"""Work inside a run of cancels' own environment: `python -m tests.crash.cancel_stage MOMENTS PEOPLE SEED`, or `... work`."""

from __future__ import annotations

import json
import os
import random
import sys
import time
import urllib.request
from collections import Counter
from typing import Any

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.models import Contact
from campaigns.sending import send_chunk, services
from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.quota import default_account, refresh_quota
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import OPEN, CampaignStatus, DeliveryState
from campaigns.sending.stops import read_stop
from portal.errors import Conflict
from portal.leases import is_due
from tests.campaigns.sending.ledger_audit import assert_counters_agree

PATIENCE_S = 240
PAUSE_S = 0.05
HESITATES_S = 0.08
TAKES_S = 2.2  # a whole campaign, at the double's rate
SENT = frozenset(DeliveryState) - OPEN - {DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.REFUSED}


def run(moments: int, people: int, seed: int) -> dict[str, Any]:
    """Cancel `moments` campaigns; returns the sums over all."""
    chance = random.Random(seed)
    _make_people(people)
    _warm_up()
    sums: Counter[str] = Counter()
    most, started_s = 0, time.monotonic()
    for moment in range(moments):
        found = _cancel_one(chance.uniform(0.0, TAKES_S))
        most = max(most, found["on_their_way"])
        sums.update(found)
        print(f"{moment + 1}: {found}", file=sys.stderr, flush=True)
    names = (
        "calls", "in_midst", "begun_after", "accepted_after", "on_their_way", "people_on_their_way", "unknown",
        "untrue", "twice",
    )  # fmt: skip
    return {**{name: sums[name] for name in names}, "most_on_their_way": most, "seconds": time.monotonic() - started_s}


def _make_people(people: int) -> None:
    addresses = [f"person{number}@club.example" for number in range(people)]
    Contact.objects.bulk_create(Contact(address=each, address_key=each, first_name="Anna") for each in addresses)
    default_account()
    refresh_quota()


def _warm_up() -> None:
    """One campaign to its end: from then on the workers are there, and no old hints wait."""
    campaign = _started()
    _wait(lambda: Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.COMPLETED)


def work() -> None:
    """A worker that asks the database for work instead of a queue, and is slow to call, until killed."""
    _hesitate()
    while True:
        for campaign_id in Campaign.objects.filter(status=CampaignStatus.PENDING).values_list("pk", flat=True):
            plan_campaign(campaign_id)
        open_chunks = Chunk.objects.filter(is_open=True).filter(is_due())
        for campaign_id in set(open_chunks.values_list("campaign_id", flat=True)):
            while send_next_chunk(campaign_id):
                pass
        time.sleep(PAUSE_S)


def _hesitate() -> None:
    """Let time pass between the commit of an attempt and its call, as on a busy machine: there a cancel may slip in."""
    call = send_chunk._call

    def slow_call(*arguments: Any) -> Any:
        time.sleep(random.uniform(0.0, HESITATES_S))
        return call(*arguments)

    send_chunk._call = slow_call  # type: ignore[assignment]


def _cancel_one(after_s: float) -> dict[str, int]:
    calls_before, lines_before = len(_calls()), len(_lines())
    campaign = _started()
    _wait(lambda: Attempt.objects.filter(chunk__campaign=campaign).exists())
    time.sleep(after_s)
    try:
        services.cancel_campaign(campaign.pk, actor=None)
    except Conflict:  # it was faster, and is completed
        return {}
    _wait(lambda: not Chunk.objects.filter(campaign=campaign, is_open=True).exists())
    time.sleep(0.3)  # for a call that should not come
    return _judge(campaign, _calls()[calls_before:], _lines()[lines_before:])


def _started() -> Campaign:
    campaign = Campaign.objects.create(
        name="Cancelled",
        account=default_account(),
        from_address="office@postroom.example",
        subject="Hello {{ first_name }}",
        body="The hall is open.",
        is_to_everybody=True,
    )
    services.start_campaign(campaign.pk, actor=None)
    return campaign


def _judge(campaign: Campaign, calls: list[dict[str, Any]], lines: list[dict[str, Any]]) -> dict[str, int]:
    assert_counters_agree(campaign)
    stop = read_stop(campaign.pk)
    assert stop is not None
    stopped_s = stop.stopped_at.timestamp()  # the start of the transaction, so before its commit
    accepted = Counter(line["delivery"] for line in lines)
    states = dict(Delivery.objects.filter(campaign=campaign).values_list("pk", "state"))
    sends = [call for call in calls if call["operation"] in {"SendEmail", "SendBulkEmail"}]
    return {
        "calls": len(sends),
        "in_midst": int(0 < len(lines) < len(states)),
        "begun_after": sum(call["started_at_s"] > stopped_s for call in sends),
        "accepted_after": sum(line["at_s"] > stopped_s for line in lines),
        "on_their_way": stop.calls,
        "people_on_their_way": stop.people,
        "unknown": stop.unknown_yet + stop.uncertain,
        "untrue": sum((accepted[str(pk)] > 0) != (state in SENT) for pk, state in states.items()),
        "twice": sum(count > 1 for count in accepted.values()),
    }


def _calls() -> list[dict[str, Any]]:
    return list(_ask("calls"))


def _lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in _read("log").splitlines()]


def _ask(path: str) -> Any:
    return json.loads(_read(path))


def _read(path: str) -> str:
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL_SESV2']}/_sandbox/{path}", timeout=30) as reply:
        text: str = reply.read().decode()
        return text


def _wait(is_so: Any) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up_s:
            raise TimeoutError
        time.sleep(0.02)


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work()
    print(json.dumps(run(*(int(word) for word in sys.argv[1:4]))))
