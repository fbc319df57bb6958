"""Posts to the API of a real gunicorn while PostgreSQL is killed under it: every 202 is kept, once.

The client does what the documentation asks of it: after a lost connection or a 5xx it sends the same again with the same
Idempotency-Key. What it was answered is then held against the rows.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import urllib3

from tests.crash.processes import run_processes
from tests.crash.scene import TEMPLATE, Size, Verdict

if TYPE_CHECKING:
    from tests.postgres import Server

STAGE = ("-m", "tests.crash.api_stage")
CLIENTS = 8
PATIENCE_S = 120
SENDER = "news@postroom.example"
ACCEPTED = frozenset({200, 201, 202})


@dataclass(slots=True)
class _Posting:
    """One run's client side: what each post was answered, and how often it had to be sent."""

    url: str
    key: str
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=CLIENTS, retries=False))
    answers: dict[int, tuple[str, str]] = field(default_factory=dict)  # number: (kind, id)
    sendings: Counter[str] = field(default_factory=Counter)  # by what came of them
    unexpected: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, number: int) -> None:
        """Send one post until it is accepted. Raises TimeoutError."""
        kind, path, body = _order(number)
        give_up_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_s:
            status, answer, wait_s = self._send(path, body, f"post-{number}")
            with self.lock:
                self.sendings[str(status or "lost connection")] += 1
                if status in ACCEPTED:
                    self.answers[number] = (kind, str(answer.get("id", "")))
                    return
                if status in {400, 401, 403, 404, 405, 413, 415, 422}:
                    self.unexpected.append(f"{status} {answer}")
                    return
            time.sleep(wait_s)
        raise TimeoutError(f"post {number} was not accepted within {PATIENCE_S} s")

    def _send(self, path: str, body: dict[str, Any], once: str) -> tuple[int, dict[str, Any], float]:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": once, "Content-Type": "application/json"}
        try:
            answer = self.pool.request("POST", self.url + path, body=json.dumps(body), headers=headers, timeout=30)
        except urllib3.exceptions.HTTPError:
            return 0, {}, 0.2
        found = json.loads(answer.data) if "json" in answer.headers.get("Content-Type", "") else {}
        return answer.status, found, min(2.0, float(answer.headers.get("Retry-After", 0.2)))


def prove_posts(server: Server, size: Size) -> Verdict:
    """`people` posts, `workers` processes of gunicorn, `blows` restarts of the database."""
    started_s = time.monotonic()
    url = server.copy_of(TEMPLATE, f"api_{time.monotonic_ns()}")
    with run_processes(
        workers=0, rate_per_s=100, helpers=(), settings={"SEND_GRACE_S": "60"}, database_url=url
    ) as processes:
        key = processes.ask(*STAGE, "prepare")["key"]
        port = _free_port()
        processes.start(
            "-m", "gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{port}",
            "--workers", str(size.workers), "--threads", str(CLIENTS // size.workers), "--timeout", "60",
        )  # fmt: skip
        posting = _Posting(f"http://127.0.0.1:{port}", key)
        _wait_until_up(posting)
        restarts = _post_all(posting, server, size)
        found = processes.ask(*STAGE, "report")
    return _verdict(posting, found, size, restarts=restarts, seconds=time.monotonic() - started_s)


def _order(number: int) -> tuple[str, str, dict[str, Any]]:
    """The post of this number: seven messages, two contacts and a campaign in each ten."""
    address = f"p{number}@club.example"
    if number % 10 == 0:
        campaign = {
            "campaign_name": f"Post {number}", "subject": "Hello {{first_name}}", "body": "Dear {{first_name}}, hello.",
            "from_email": SENDER, "recipients": [{"email": address, "first_name": "Pat"}],
        }  # fmt: skip
        return "campaigns", "/smtp-campaign", campaign
    if number % 5 == 1:
        return "contacts", "/contacts", {"email": address, "consent": {"wording": f"Post {number}"}}
    body = {
        "to": address, "from_email": SENDER, "subject": "Receipt {{ number }}", "body": "Thank you.",
        "values": {"number": str(number)},
    }  # fmt: skip
    return "messages", "/api/v1/messages", body


def _post_all(posting: _Posting, server: Server, size: Size) -> int:
    """Send everything while the database is killed at random moments, evenly spread; returns how often it was."""
    chance = random.Random(size.seed)
    marks = [(blow + chance.random()) * size.people / (size.blows + 1) for blow in range(1, size.blows + 1)]
    restarts = 0
    with ThreadPoolExecutor(CLIENTS) as clients:
        posts = [clients.submit(posting.post, number) for number in range(size.people)]
        for mark in marks:
            while len(posting.answers) < mark and not all(post.done() for post in posts):
                time.sleep(0.02)
            server.restart()
            restarts += 1
        for post in posts:
            post.result()
    return restarts


def _verdict(posting: _Posting, found: dict[str, Any], size: Size, *, restarts: int, seconds: float) -> Verdict:
    kept = {kind: Counter(int(number) for number, _id in found[kind]) for kind in ("messages", "contacts", "campaigns")}
    ids = {(kind, int(number)): told for kind in ("messages", "campaigns") for number, told in found[kind]}
    answered = posting.answers.items()
    verdict = Verdict(
        people=size.people,
        accepted=len(posting.answers),
        missing=sum(kept[kind][number] == 0 for number, (kind, _id) in answered),
        twice=sum(count > 1 for counts in kept.values() for count in counts.values()),
        untrue=sum(ids.get((kind, number), told) != told for number, (kind, told) in answered),
        uncertain_calls=0, uncertain_most=0, unsettled=len(found["drafts"]) + len(found["idle"]),
        status=", ".join(f"{count} {what}" for what, count in sorted(posting.sendings.items())),
        seconds=seconds, activities={},
        figures={"database killed": f"{restarts} times", "posts a second": f"{size.people / seconds:.0f}"},
    )  # fmt: skip
    verdict.demand("every post is accepted in the end", kept=verdict.accepted == size.people)
    verdict.demand("every 202 is kept", kept=verdict.missing == 0)
    verdict.demand("each once", kept=verdict.twice == 0)
    verdict.demand("the answer names what is kept", kept=verdict.untrue == 0)
    verdict.demand("nothing is left half done", kept=verdict.unsettled == 0)
    verdict.demand("; ".join(posting.unexpected[:3]), kept=not posting.unexpected)
    verdict.demand("the database was killed", kept=restarts == size.blows)
    return verdict


def _wait_until_up(posting: _Posting) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        try:
            if posting.pool.request("GET", f"{posting.url}/healthz", timeout=5).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError("gunicorn does not come up")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
