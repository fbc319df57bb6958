"""Asks each list page at both sizes in turn; run by bench.lists, answers in JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bench.lists_rows import MadeRows, fill
from bench.two_sizes import at_size, both_sizes

SMALL_ROWS = 1000
_CONTACTS = "admin:campaigns_contact_changelist"
_SUPPRESSIONS = "admin:campaigns_suppression_changelist"


def _people(made: MadeRows) -> str:
    return reverse("admin:campaigns_campaign_people", args=[made.campaign_id])


PAGES: dict[str, Callable[[MadeRows], str]] = {
    "contacts": lambda _made: reverse(_CONTACTS),
    "contacts, page 9": lambda _made: f"{reverse(_CONTACTS)}?p=9",
    "contacts on a list": lambda made: f"{reverse(_CONTACTS)}?list={made.list_id}",
    "contacts with a tag": lambda made: f"{reverse(_CONTACTS)}?tag={made.tag_id}",
    "contacts, search 'anna'": lambda _made: f"{reverse(_CONTACTS)}?q=anna",
    "contacts, search 'vera zander'": lambda _made: f"{reverse(_CONTACTS)}?q=vera+zander",
    "contacts, search on a list": lambda made: f"{reverse(_CONTACTS)}?q=anna&list={made.list_id}",
    "contacts, whole address": lambda _made: f"{reverse(_CONTACTS)}?q=kim.bergmann1@host1.example",
    "contacts who are suppressed": lambda _made: f"{reverse(_CONTACTS)}?mail=no",
    "contacts who may get mail": lambda _made: f"{reverse(_CONTACTS)}?mail=yes",
    "contacts in a segment": lambda made: f"{reverse(_CONTACTS)}?segment={made.segment_id}",
    "contacts of an old import": lambda _made: f"{reverse(_CONTACTS)}?import=1",
    "suppressions": lambda _made: reverse(_SUPPRESSIONS),
    "suppressions, whole address": lambda _made: f"{reverse(_SUPPRESSIONS)}?q=otto.lund20@host20.example",
    "people": _people,
    "people who bounced": lambda made: f"{_people(made)}?state=bounced",
    "people in a rare state": lambda made: f"{_people(made)}?state=refused",
    "people, search 'anna'": lambda made: f"{_people(made)}?q=anna",
}


def main() -> None:
    databases = both_sizes(sys.argv[1])
    rows = {"small": SMALL_ROWS, "large": int(sys.argv[2])}
    call_command("collectstatic", interactive=False, verbosity=0)
    sessions = {}
    for size, database in databases.items():
        with at_size(database):
            sessions[size] = _prepare(rows[size])
    found: dict[str, tuple[float, float]] = {}
    for name, address in PAGES.items():
        times: dict[str, list[float]] = {"small": [], "large": []}
        for number in range(int(sys.argv[3]) + 2):
            for size, database in databases.items():
                with at_size(database):
                    taken_ms = _ask(*sessions[size], address)
                if number > 1:
                    times[size].append(taken_ms)
        found[name] = (median(times["small"]), median(times["large"]))
    print(json.dumps(found))


def _prepare(rows: int) -> tuple[Client, MadeRows]:
    made = fill(rows)
    client = Client(headers={"host": "localhost"})
    person = User.objects.create_superuser("bench", "bench@club.example", "bench")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client, made


def _ask(client: Client, made: MadeRows, address: Callable[[MadeRows], str]) -> float:
    url = address(made)
    started = time.perf_counter()
    answer = client.get(url)
    taken_ms = 1000 * (time.perf_counter() - started)
    assert answer.status_code == 200, (url, answer.status_code)
    return taken_ms


if __name__ == "__main__":
    main()
