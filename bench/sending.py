"""CPU per message from planned to accepted, ledger included, against loops without one: `python -m bench.sending`.

30 kB of HTML with five placeholders, the bulk path, PostgreSQL with fsync, a stand-in for SES that costs nothing.
Prints microseconds of CPU per message (worker plus database) and the ratios to
- a plain boto3 send_email loop without any ledger (goal: at most 1/12), and
- django-post-office's queue and send over SMTP (goal: at most 1/30).
Of each, only the CPU of the sender and its database counts, not that of the stand-in.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from statistics import median

from bench.canned_ses import canned_ses
from bench.goals import at_least
from bench.migrated import migrated_postgres
from bench.smtp_sink import smtp_sink
from tests.postgres import temporary_postgres

GOALS = {"boto3": 12, "post_office": 30}
Database = Callable[[Mapping[str, str]], AbstractContextManager[str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--peer-messages", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rounds = [_round(arguments.recipients, arguments.peer_messages) for _ in range(arguments.rounds)]
    ours = median(found["postroom"] for found in rounds)
    print(f"postroom      {ours:8.1f} us of CPU per message (worker and database)")
    failed = 0
    for peer, goal in GOALS.items():
        ratio = median(found[peer] / found["postroom"] for found in rounds)
        cost = median(found[peer] for found in rounds)
        verdict = "reached" if ratio >= goal else "MISSED"
        failed += ratio < at_least(goal)
        print(f"{peer:12}  {cost:8.1f} us; postroom costs 1/{ratio:.1f} (goal 1/{goal}: {verdict})")
    return min(failed, 1)


def _round(recipients: int, peer_messages: int) -> dict[str, float]:
    """One round, all variants in turn, each in a fresh process and database."""
    return {
        "postroom": _measured("bench.sending_postroom", recipients, migrated_postgres),
        "boto3": _measured("bench.sending_boto3", peer_messages, _no_database),
        "post_office": _measured("bench.sending_post_office", peer_messages, temporary_postgres),
    }


def _no_database(_settings: Mapping[str, str]) -> AbstractContextManager[str]:
    return nullcontext("")


def _measured(module: str, messages: int, database: Database) -> float:
    """Microseconds of CPU per message, as the module prints them."""
    with canned_ses() as ses_url, smtp_sink() as sink_port, database({}) as database_url:
        environment = {
            **os.environ,
            "SANDBOX": "yes",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": database_url,
            "AWS_ENDPOINT_URL_SESV2": ses_url,
            "SINK_PORT": str(sink_port),
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
        }
        command = [sys.executable, "-m", module, str(messages)]
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["cpu_us"])


if __name__ == "__main__":
    sys.exit(main())
