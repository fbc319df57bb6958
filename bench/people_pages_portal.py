"""One measurement of the people pages, in a fresh process: `python -m bench.people_pages_portal PEOPLE`; prints JSON.

A small campaign and a large one lie in one database; each page is asked for in turn from both.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState

SMALL = 1_000
CHUNK = 500
ROUNDS = 15


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    small, large = make_campaign("small", SMALL), make_campaign("large", people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_superuser("bench"), backend="django.contrib.auth.backends.ModelBackend")
    print(json.dumps({name: compare(client, small, large, query) for name, query in queries(large).items()}))


def make_campaign(prefix: str, people: int) -> Campaign:
    """Nine in ten delivered, two in a hundred bounced, and one refused in every 50,000."""
    campaign = Campaign.objects.create(name=prefix, status=CampaignStatus.COMPLETED)
    first = (Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    delivered, bounced, refused = DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.REFUSED
    state = f"CASE WHEN n %% 50000 = 499 THEN {refused} WHEN n %% 50 = 7 THEN {bounced} ELSE {delivered} END"
    address = f"'{prefix}' || substr(CAST(n + 10000000 AS TEXT), 2) || '@club.example'"
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < %s) "
            "INSERT INTO campaigns_delivery (id, campaign_id, contact_id, address, address_key, chunk_number, state, "
            f"reason, attempt_count, changed_at) SELECT {first} + n, {campaign.pk}, NULL, {address}, {address}, "
            f"n / {CHUNK}, {state}, CASE WHEN n %% 50 = 7 THEN 80 ELSE 0 END, 1, CURRENT_TIMESTAMP FROM numbers",
            [people],
        )
    make_chunks(campaign, first, people)
    return campaign


def make_chunks(campaign: Campaign, first: int, people: int) -> None:
    """Chunks with the counters that the rows call for."""
    chunks = []
    for start in range(0, people, CHUNK):
        numbers = range(start, min(start + CHUNK, people))
        refused = sum(number % 50_000 == 499 for number in numbers)
        bounced = sum(number % 50 == 7 for number in numbers)
        chunks.append(
            Chunk(
                campaign=campaign, number=start // CHUNK, first_delivery_id=first + start, is_open=False,
                last_delivery_id=first + numbers[-1], delivered_count=len(numbers) - bounced - refused,
                bounced_count=bounced, refused_count=refused, cause_counts={"4:80": bounced},
            )
        )  # fmt: skip
    Chunk.objects.bulk_create(chunks, batch_size=500)


def queries(large: Campaign) -> dict[str, tuple[str, str]]:
    """Page: query string for the small and for the large campaign."""
    middle = Chunk.objects.filter(campaign=large).order_by("number")[large.chunks.count() // 2].first_delivery_id
    return {
        "first page": ("", ""),
        "in the middle": ("", f"after={middle}"),
        "bounced": ("state=bounced", "state=bounced"),
        "one cause": ("reason=80", "reason=80"),
        "a rare state": ("state=refused", "state=refused"),
        "search": ("q=small000", "q=large0000"),
        "search in a state": ("state=bounced&q=small000", "state=bounced&q=large0000"),
    }


def compare(client: Client, small: Campaign, large: Campaign, query: tuple[str, str]) -> dict[str, float]:
    """Median milliseconds of both, interleaved; the first round does not count."""
    taken: dict[str, list[float]] = {"small": [], "large": []}
    for number in range(ROUNDS + 1):
        for name, campaign, text in (("small", small, query[0]), ("large", large, query[1])):
            took = ask(client, reverse("admin:campaigns_campaign_people", args=[campaign.pk]) + f"?{text}")
            if number:
                taken[name].append(took)
    return {name: statistics.median(figures) * 1000 for name, figures in taken.items()}


def ask(client: Client, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - started
    assert answer.status_code == 200, answer.status_code
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]))
