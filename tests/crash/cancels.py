"""Campaigns cancelled at random moments while several workers send: does a call begin after the commit?

The double says when each call began, PostgreSQL when the campaign stopped; both read the clock of this machine.
`python -m tests.crash.cancels --moments 100` prints the figures.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from tests.crash.processes import run_processes

CALL_S = 0.08  # what a call takes
PEOPLE = 300
RATE_PER_S = 150


@dataclass(frozen=True, slots=True)
class CancelReport:
    """What came out, over all moments."""

    moments: int
    workers: int
    calls: int
    in_midst: int  # campaigns that had sent to some and not to all
    begun_after: int  # calls
    accepted_after: int  # people
    on_their_way: int  # calls at the moments, as the page names them
    people_on_their_way: int
    most_on_their_way: int
    unknown: int  # people on their way of whom the page could not say in the end what became of them
    untrue: int  # people whose state in the ledger and fate by the double's log differ
    twice: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"cancelled at {self.moments} random moments ({self.in_midst} in the midst), {self.workers} workers, "
            f"{self.calls} calls: {self.begun_after} began after the commit, {self.accepted_after} accepted after it; "
            f"{self.on_their_way} calls with {self.people_on_their_way} people were on their way "
            f"(at most {self.most_on_their_way} calls at once), {self.unknown} of unknown end; "
            f"{self.untrue} untrue, {self.twice} twice, {self.seconds:.0f} s"
        )

    @property
    def is_good(self) -> bool:
        return not (self.begun_after or self.accepted_after or self.unknown or self.untrue or self.twice)


def run_cancels(*, moments: int, workers: int = 4, seed: int = 1, database_url: str = "") -> CancelReport:
    """Cancel one campaign after the other, each at a moment of its own."""
    settings = {"CHUNK_SIZE": "25", "CANARY_EVERY_S": "0"}
    worker = ("-m", "tests.crash.cancel_stage", "work")  # without queues between them: more cancels in less time
    with run_processes(
        workers=workers,
        rate_per_s=RATE_PER_S,
        helpers=(),
        settings=settings,
        worker=worker,
        database_url=database_url,
    ) as processes:
        processes.sandbox.set_events(enabled=False)
        processes.sandbox.add_fault(kind="stall", stall_s=CALL_S, accepted=True)
        found = processes.ask("-m", "tests.crash.cancel_stage", str(moments), str(PEOPLE), str(seed))
    return CancelReport(moments=moments, workers=workers, **found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("moments", 100), ("workers", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    report = run_cancels(**vars(parser.parse_args()))
    print(report)
    return int(not report.is_good)


if __name__ == "__main__":
    sys.exit(main())
