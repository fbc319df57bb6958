"""What functions of the package do alone: a campaign, an import, inbound mail, SMTP users; also while their runtimes are killed."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import boto3

from portal.queues import QUEUES, QueueName
from sandbox.gmail_testing import run_gmail_double
from sandbox.receiving import InboundNames, Incoming, receive_mail
from sandbox.testing import run_smtp_endpoint
from tests.crash.scene import STAGE, Size, audit
from tests.lambda_workers.event_source import queue_url
from tests.lambda_workers.scene import Killer, run_lambda_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.testing import Sandbox
    from tests.crash.scene import Scene
    from tests.lambda_workers.event_source import Fleet
    from tests.lambda_workers.runtime import Package
    from tests.postgres import Server

OWN_STAGE = ("-m", "tests.lambda_workers.stage")
SHORT = "short_leases"
PATIENCE_S = 150.0
POISONED = (QueueName.SENDING, QueueName.ROUTING, QueueName.INBOUND)


@dataclass(slots=True)
class Proof:
    """What came out, in words, and the promises that were not kept."""

    words: str
    broken: list[str] = field(default_factory=list)

    def demand(self, promise: str, *, kept: bool) -> None:
        if not kept:
            self.broken.append(promise)

    def __str__(self) -> str:
        return self.words + (f"  BROKEN: {', '.join(self.broken)}" if self.broken else "")


def prove_campaign(server: Server, package: Package, size: Size) -> Proof:
    """A campaign is planned, sent and told of by functions, as they are."""
    with (
        run_lambda_scene(server, package, size) as (scene, fleet),
        Killer(fleet, scene.chance, most=size.blows) as killer,
    ):
        scene.processes.ask(*STAGE, "make", str(size.people))
        verdict = audit(scene)
        proof = Proof(f"{verdict}; {_figures(fleet, killer)}", list(verdict.broken))
        proof.demand("killed as often as asked", kept=killer.count >= min(size.blows, 1))
        _demand_empty_dlqs(proof)
    return proof


def prove_import(server: Server, package: Package, size: Size) -> Proof:
    """A file dropped into the bucket becomes people, by its folder's settings."""
    with run_lambda_scene(server, package, size, module=SHORT) as (scene, fleet):
        scene.processes.ask(*OWN_STAGE, "drop_folder")
        started_s = time.monotonic()
        with Killer(fleet, scene.chance, most=size.blows, every_s=0.7) as killer:
            boto3.client("s3").put_object(Bucket="postroom-uploads", Key="uploads/club/a.csv", Body=_csv(size.people))
            _wait(scene, "SELECT count(*) FROM campaigns_contactimport WHERE status = 'completed'", 1)
        found = scene.processes.ask(*OWN_STAGE, "imports")
        seconds = time.monotonic() - started_s
        proof = Proof(
            f"{found['people']} people of {size.people} from a dropped file, {found['counts'][0][2]} rows refused, "
            f"{seconds:.0f} s; {_figures(fleet, killer)}"
        )
        proof.demand("each person once", kept=found["people"] == found["addresses"] == size.people)
        proof.demand("one import", kept=found["statuses"] == {"completed": 1})
        proof.demand("its counts", kept=found["counts"][0] == [size.people + 2, size.people, 1, 1])
        _demand_empty_dlqs(proof)
    return proof


def prove_inbound(server: Server, package: Package, size: Size) -> Proof:
    """Mail that SES takes in is routed, and put into Gmail mailboxes once each."""
    with (
        run_gmail_double() as google,
        run_lambda_scene(
            server, package, size, settings={**google.settings(), "GOOGLE_ANSWER_S": "2"}, module=SHORT
        ) as (scene, fleet),
    ):
        scene.processes.ask(*OWN_STAGE, "mailboxes")
        started_s = time.monotonic()
        with Killer(fleet, scene.chance, most=size.blows, every_s=0.7) as killer:
            wanted = _let_mail_in(size.people)
            delivered = "SELECT count(*) FROM routing_inbounddelivery WHERE state = 'delivered'"
            _wait(scene, delivered, wanted)
        found = scene.processes.ask(*OWN_STAGE, "mail")
        times = Counter((line["email"], line["rfc822_message_id"]) for line in google.imports())
        seconds = time.monotonic() - started_s
        proof = Proof(
            f"{found['messages']} mails in, {len(times)} of {wanted} put into mailboxes, "
            f"{sum(count > 1 for count in times.values())} twice, {seconds:.0f} s; {_figures(fleet, killer)}"
        )
        proof.demand("each mail once in each mailbox", kept=len(times) == wanted == sum(times.values()))
        proof.demand("all delivered", kept=found["states"] == {"delivered": wanted})
        proof.demand("all routed", kept=found["statuses"] == {"routed": size.people})
        _demand_empty_dlqs(proof)
    return proof


def prove_dead_letters(server: Server, package: Package, size: Size) -> Proof:
    """What nobody can read is received as often as its queue says, then lies in the DLQ; what came with it is done."""
    with run_lambda_scene(server, package, size, module=SHORT) as (scene, fleet):
        _send_poison()
        wanted = len(POISONED)
        give_up_s = time.monotonic() + PATIENCE_S
        while (found := _dead_letters()) < wanted and time.monotonic() < give_up_s:
            time.sleep(0.5)
        told = scene.ask_database("SELECT count(*) FROM portal_failedmessage WHERE state = 'put-aside'")
        proof = Proof(f"{found} of {wanted} poison messages put aside, {told} with their reason; {_figures(fleet)}")
        proof.demand("each in its dead-letter queue", kept=found == wanted)
        proof.demand("each with its reason", kept=told == wanted)
    return proof


@contextmanager
def _smtp_endpoint(sandbox: Sandbox) -> Iterator[Mapping[str, str]]:
    with run_smtp_endpoint(sandbox) as endpoint:
        yield endpoint.environment


def prove_smtp_users(server: Server, package: Package, size: Size) -> Proof:
    """SMTP users are made on IAM, given a second password, left with that alone, and deleted."""
    users = size.people
    with run_lambda_scene(
        server, package, size, settings={"SMTP_DELETE_GRACE_H": "0"}, module=SHORT, beside=_smtp_endpoint
    ) as (scene, fleet):
        started_s = time.monotonic()
        phases = (
            (("smtp_make", str(users)), "active", users, users),
            (("smtp_ask", "rotate"), "rotating", users, 2 * users),
            (("smtp_ask", "finish"), "active", users, users),
            (("smtp_ask", "delete"), "gone", 0, 0),
        )
        found, proof = [], Proof("")
        with Killer(fleet, scene.chance, most=size.blows, every_s=0.7) as killer:
            for deed, state, user_count, key_count in phases:
                scene.processes.ask(*OWN_STAGE, *deed)
                _wait_for_users(scene, state, user_count)
                found.append(scene.processes.ask(*OWN_STAGE, "smtp_users"))
                kept = (user_count, key_count, key_count) == tuple(
                    found[-1][name] for name in ("users", "keys", "logins")
                )
                proof.demand(f"after {' '.join(deed)}: {found[-1]}", kept=kept)
        proof.words = (
            f"{users} SMTP users made, rotated and deleted; users, keys and logins that work after each step: "
            f"{', '.join('{users}/{keys}/{logins}'.format(**each) for each in found)}, "
            f"{time.monotonic() - started_s:.0f} s; {_figures(fleet, killer)}"
        )
        _demand_empty_dlqs(proof)
    return proof


def _wait_for_users(scene: Scene, state: str, count: int) -> None:
    """Until so many stand so, as was wished last, and there are no others."""
    so = f"count(*) FILTER (WHERE state = '{state}' AND settled_wish = wish_count)"
    _wait(
        scene, f"SELECT CASE WHEN {so} = {count} AND count(*) = {count} THEN 1 ELSE 0 END FROM credentials_smtpuser", 1
    )


PROOFS: dict[str, tuple[Callable[[Server, Package, Size], Proof], Size, Size]] = {
    "campaign": (prove_campaign, Size(5_000, 2, 1_000, blows=20), Size(2_000, 2, 400, blows=3)),
    "import": (prove_import, Size(20_000, 2, 500, blows=10), Size(1_000, 1, 500, blows=2)),
    "poison": (prove_dead_letters, Size(1, 1, 500), Size(1, 1, 500)),
    "inbound": (prove_inbound, Size(300, 2, 500, blows=10), Size(30, 1, 500, blows=2)),
    "smtp-users": (prove_smtp_users, Size(20, 1, 500, blows=10), Size(3, 1, 500, blows=2)),
}


def _csv(people: int) -> bytes:
    """So many people, one of them twice, and a row without an address."""
    rows = [f"p{number}@club.example,Anna {number}" for number in [*range(people), 0]]
    return "\n".join(["Email,First name", *rows, "no address,Bert", ""]).encode()


def _let_mail_in(count: int) -> int:
    """Every third mail goes to two mailboxes; returns how many there will be."""
    names = InboundNames.from_environment()
    for number in range(count):
        to = "office@in.example" if number % 3 == 0 else f"a{number}@in.example"
        raw = f"Message-ID: <lambda-{number}@s.example>\r\nFrom: Ada <ada@s.example>\r\nTo: {to}\r\n\r\nBody\r\n"
        receive_mail(Incoming(raw.encode(), "ada@s.example", [to]), names)
    return count + len(range(0, count, 3))


def _wait(scene: Scene, query: str, wanted: int) -> None:
    scene.wait(lambda: (scene.ask_database(query) or 0) >= wanted, query, patience_s=PATIENCE_S)


def _figures(fleet: Fleet, killer: Killer | None = None) -> str:
    figures = fleet.figures
    killed = f"{killer.count} runtimes killed, " if killer else ""
    return (
        f"{killed}{figures.messages} messages in {figures.invocations} invocations, {figures.failed_messages} given "
        f"back, {sum(figures.errors.values())} failed{_errors(figures.errors)}, {len(figures.cold_starts_s)} cold starts of {median(figures.cold_starts_s):.2f} s; "
        f"{figures.by_function()}"
    )


def _errors(errors: Counter[str]) -> str:
    return f" ({'; '.join(f'{count}: {error}' for error, count in errors.items())})" if errors else ""


def _demand_empty_dlqs(proof: Proof) -> None:
    proof.demand("nothing in the dead-letter queues", kept=_dead_letters() == 0)


def _dead_letters() -> int:
    sqs: Any = boto3.client("sqs")
    wanted = ["ApproximateNumberOfMessages"]
    return sum(
        int(count)
        for queue in QUEUES.values()
        for count in sqs.get_queue_attributes(QueueUrl=queue_url(sqs, queue.dlq_name), AttributeNames=wanted)[
            "Attributes"
        ].values()
    )


def _send_poison() -> None:
    sqs: Any = boto3.client("sqs")
    for queue in POISONED:
        sqs.send_message(QueueUrl=queue_url(sqs, queue), MessageBody="no message of anybody")
