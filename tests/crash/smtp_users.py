"""SMTP users under blows, on a served IAM and with real logins: `python -m tests.crash.smtp_users [--users 200]`.

Each call of each deed fails before and after it was carried out, is refused for ever, and its worker's process is killed
before and after it. Then many users are made at once by several workers while IAM throttles, loses answers and workers die.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import override_settings  # noqa: E402

from credentials.smtp_users import failing, machine, proof  # noqa: E402
from credentials.smtp_users.models import SmtpUser, SmtpUserStep, State  # noqa: E402
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user  # noqa: E402
from credentials.smtp_users.sweep import sweep_smtp_users  # noqa: E402
from credentials.smtp_users.trouble import EndpointAway, LoginRefused  # noqa: E402
from portal.alerts.models import Alert  # noqa: E402
from portal.aws import iam  # noqa: E402
from portal.aws.session import session  # noqa: E402
from portal.smtp.connecting import believe  # noqa: E402
from sandbox.testing import run_sandbox, run_smtp_endpoint  # noqa: E402
from tests.crash import smtp_deeds as deeds  # noqa: E402
from tests.doubles.iam import Blow, MotoIam, NoisyIam, struck_by  # noqa: E402

if TYPE_CHECKING:
    from sandbox.testing import SmtpEndpoint

REAL_LOGIN = proof.prove_login
KILLS = frozenset({Blow.KILLED_AFTER, Blow.KILLED_BEFORE})
WORKERS = 4
PATIENCE_S = 600


class ServedIam(NoisyIam):
    """Moto behind its HTTP address, looked at by IAM's own calls; logins are real ones."""

    def users(self) -> list[str]:
        return sorted(user.name for user in iam.list_users("/"))

    def keys(self, user_name: str) -> dict[str, bool]:
        return {key.key_id: key.is_active for key in iam.list_keys(user_name)}

    def inline_policies(self, user_name: str) -> dict[str, str]:
        return dict.fromkeys(iam.list_inline_policies(user_name), "")

    def left_over(self) -> Counter[str]:
        users = self.users()
        keys = sum(len(iam.list_keys(name)) for name in users)
        return +Counter(users=len(users), keys=keys, policies=len(iam.list_policies("/")))

    def can_log_in(self, access_key_id: str, password: str) -> bool:
        try:
            REAL_LOGIN(access_key_id, password, region=self.region)
        except (LoginRefused, EndpointAway):
            return False
        return True

    def _answer(self, access_key_id: str, password: str, region: str) -> None:
        REAL_LOGIN(access_key_id, password, region=region)


def in_a_process(double: MotoIam, work: Callable[[], object] = deeds.work_once) -> int:
    """Work in a process of its own, which a blow really ends; returns its code. The calls it began are counted here."""
    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        double.meanwhile = lambda _name: _count(writer)
        double.kill = lambda: os._exit(9)
        forget_clients()
        try:
            work()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        double.calls += ["call"] * len(pipe.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _count(writer: int) -> None:
    os.write(writer, b".")


def strike_all(double: ServedIam, reset: Callable[[], None], *, only: str = "") -> list[str]:
    """Strike every call of every deed in every way; returns what came out wrong."""
    wrong: list[str] = []
    for deed in deeds.DEEDS:
        if only not in deed.name:
            continue
        reset()
        count = deeds.count_calls(deed, double)
        blows = [(number, blow) for number in range(1, count + 1) for blow in deeds.BLOWS]
        never = [(number, Blow.DENIED) for number in range(1, count + 1)] if deed.fallback else []
        found = [problem for number, blow in blows + never if (problem := _strike(double, reset, deed, number, blow))]
        wrong += found
        print(f"{deed.name}: {count} calls, {len(blows) + len(never)} blows, {len(found)} wrong ends", flush=True)
        double.blow_count += len(blows) + len(never)
    return wrong


def _strike(double: ServedIam, reset: Callable[[], None], deed: deeds.Deed, number: int, blow: Blow) -> str:
    reset()
    double.expect(0, blow)
    deeds.prepare(deed)
    double.expect(number, blow, for_ever=blow is Blow.DENIED)
    if blow in KILLS:
        deeds.carry_out(deed, lambda: in_a_process(double))
    else:
        deeds.carry_out(deed)
    double.expect(0, blow)
    judge = deed.fallback if blow is Blow.DENIED and deed.fallback else deed.judge
    problem = judge(double)
    return f"{deed.name}, call {number} {blow}: {problem}" if problem else ""


def make_many(double: ServedIam, users: int) -> list[str]:
    """Make them at once, by several workers, among throttling, lost answers and dying workers."""
    for number in range(users):
        save_smtp_user(SmtpUserDraft(f"user-{number:03}", [f"user{number}@example.org"]), actor=None)
    started_s, killed = time.monotonic(), 0
    double.is_noisy = True
    while (waiting := _waiting()) and time.monotonic() - started_s < PATIENCE_S:
        del waiting
        killed += _crew(double)
    double.is_noisy = False
    took_s = time.monotonic() - started_s
    rows = list(SmtpUser.objects.all())
    logins = sum(not deeds.does_not_log_in(double, user) for user in rows)
    left = double.left_over()
    troubles = dict(Counter(SmtpUserStep.objects.values_list("outcome", flat=True)))
    active = sum(user.state == State.ACTIVE for user in rows)
    print(
        f"{users} users made at once by {WORKERS} workers, {killed} of which were killed on the way, in {took_s:.0f} s:"
        f" {active} active, {logins} log in; on IAM {dict(left)}; steps {troubles}",
        flush=True,
    )
    is_good = active == logins == users and left == Counter(users=users, keys=users)
    return [] if is_good else [f"{users} at once: {active} active, {logins} log in, {dict(left)}"]


def _waiting() -> list[int]:
    return list(SmtpUser.objects.exclude(state=State.ACTIVE).values_list("pk", flat=True))


def _crew(double: ServedIam) -> int:
    """Several workers at once until each has gone through what waits, or was killed; returns how many were killed."""
    connections.close_all()
    children = [_start_worker(double, seed=time.monotonic_ns() + number) for number in range(WORKERS)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return sum(code == 9 for code in codes)


def _start_worker(double: ServedIam, *, seed: int) -> int:
    child = os.fork()
    if child:
        return child
    double.kill = lambda: os._exit(9)
    double.chance.seed(seed)
    forget_clients()
    try:
        ids = _waiting()
        double.chance.shuffle(ids)
        for user_id in ids:
            machine.reconcile(user_id)
        time.sleep(0.2)
    finally:
        os._exit(0)


def forget_clients() -> None:
    """A process has its own connections."""
    session.cache_clear()
    iam.forget_clients()


@contextmanager
def scene() -> Iterator[tuple[ServedIam, Callable[[], None]]]:
    """A served IAM, the endpoint and an empty database; gives the double and what empties them."""
    quiet: dict[str, Any] = {"_send_hint": lambda *_told: None}
    with ExitStack() as stack:
        sandbox = stack.enter_context(run_sandbox())
        endpoint = stack.enter_context(run_smtp_endpoint(sandbox))
        stack.enter_context(override_settings(**_settings(endpoint)))
        believe(str(endpoint.certificate))
        stack.enter_context(patch.multiple("portal.publish", **quiet))
        stack.enter_context(patch.multiple(failing, _FIRST_DELAY_S=0.1, _LONGEST_DELAY_S=1.0, _SLOWER_S=(0.05, 0.2)))
        stack.enter_context(patch.object(machine, "LEASE_S", 2.0))
        forget_clients()
        call_command("migrate", verbosity=0)
        double = ServedIam("us-east-1")
        stack.enter_context(struck_by(double))

        def reset() -> None:
            urllib.request.urlopen(f"{sandbox.environment['AWS_ENDPOINT_URL_IAM']}/moto-api/reset", b"").close()
            for model in (SmtpUser, SmtpUserStep, Alert):
                model._base_manager.all().delete()

        yield double, reset


def _settings(endpoint: SmtpEndpoint) -> dict[str, Any]:
    return {
        "SES_SMTP_HOST": "localhost",
        "SES_SMTP_PORT": endpoint.port,
        "AWS_REGION": "us-east-1",
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.smtp_users", description=__doc__)
    parser.add_argument("--users", type=int, default=200, help="made at once; 0 leaves that out")
    parser.add_argument("--only", default="-", help="deeds whose name has this in it; the default is all, x none")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    only = "" if asked.only == "-" else asked.only
    with scene() as (double, reset):
        wrong = strike_all(double, reset, only=only)
        reset()
        wrong += make_many(double, asked.users) if asked.users else []
        sweep_smtp_users()
    print(f"{double.blow_count} blows: {len(wrong)} ended neither usable nor with nothing left")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
