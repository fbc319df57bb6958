"""The database goes away while mail comes in: everything is routed afterwards, nothing is taken for "no rule".

`python -m tests.crash.inbound --mails 1000 --outages 10`
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass

import psycopg

from sandbox.receiving import InboundNames, Incoming, receive_mail
from tests.crash.processes import Processes, run_processes
from tests.crash.scene import TEMPLATE, migrated_server
from tests.postgres import Server, _control

RAW = b"From: Ada <ada@sender.example>\r\nTo: a@in.example\r\nSubject: Hello\r\n\r\nBody\r\n"
AWAY_S = 3.0
PATIENCE_S = 180
COUNTS = """
SELECT (SELECT count(*) FROM routing_inboundmessage WHERE status = 'routed'),
       (SELECT count(*) FROM routing_inbounddelivery WHERE rule_key = '*@in.example' AND state = 'stored'),
       (SELECT count(*) FROM routing_inbounddelivery)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the ledger at the end."""

    mails: int
    routed: int
    by_rule: int
    deliveries: int

    @property
    def is_right(self) -> bool:
        """Each mail routed once, and by its rule."""
        return self.mails == self.routed == self.by_rule == self.deliveries


def prove(server: Server, *, mails: int, outages: int) -> Found:
    """Let mail come in while PostgreSQL is stopped at once and started again."""
    url = server.copy_of(TEMPLATE, f"inbound_{time.monotonic_ns()}")
    with (
        run_processes(
            workers=0,
            rate_per_s=100,
            helpers=(("-m", "workers.consume"),),
            settings={"INBOUND_BUCKET": "postroom-inbound"},
            database_url=url,
        ) as processes,
    ):
        processes.run("-m", "tests.crash.inbound_stage")
        _break_while_mail_comes(server, mails=mails, outages=outages)
        return _awaited(url, processes, mails)


def _break_while_mail_comes(server: Server, *, mails: int, outages: int) -> None:
    names = InboundNames.from_environment()
    done = threading.Event()

    def send() -> None:
        for _ in range(mails):
            receive_mail(Incoming(RAW, "ada@sender.example", ["a@in.example"]), names)
        done.set()

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    for _ in range(outages):
        _control([*server.control, "-m", "immediate", "stop"], server.home, server.owner)
        time.sleep(AWAY_S)
        _control([*server.control, "-m", "immediate", "restart"], server.home, server.owner)
        time.sleep(1)
    sender.join(PATIENCE_S)
    assert done.is_set(), "the mail did not come in"


def _awaited(database_url: str, processes: Processes, mails: int) -> Found:
    until = time.monotonic() + PATIENCE_S
    while True:
        with psycopg.connect(database_url.replace("postgres://", "postgresql://")) as connection:
            row = connection.execute(COUNTS).fetchone() or (0, 0, 0)
        found = Found(mails, *row)
        if found.is_right or time.monotonic() > until:
            return found
        assert all(process.poll() is None for process in processes.running), "the consumer ended"
        time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.inbound", description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--outages", type=int, default=10)
    arguments = parser.parse_args()
    with migrated_server() as server:
        found = prove(server, mails=arguments.mails, outages=arguments.outages)
    print(found)
    return 0 if found.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
