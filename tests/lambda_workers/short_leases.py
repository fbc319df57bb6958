"""The functions with leases of seconds, so that a proof that kills them ends soon; lies beside the package as a handler.

Only for what has no setting of its own; the campaign's proof runs the functions as they are.
"""

from __future__ import annotations

from typing import Any

from workers.handlers import entries

LEASE_S = 6


def _shorten() -> None:
    from campaigns.importing import passes
    from campaigns.sending import plan
    from credentials.smtp_users import machine
    from routing.gmail import deliver, drain
    from routing.inbound import sweep, work

    passes.LEASE_S = plan.LEASE_S = work.LEASE_S = machine.LEASE_S = LEASE_S
    passes.MAX_CLAIMS = work.MAX_CLAIMS = 100
    work.FIRST_RETRY_S = 1
    deliver.SHARED_WAIT_S = deliver.TOKEN_WAIT_S = 1.0
    drain.DRAIN_LEASE_S = LEASE_S * 2
    sweep.GIVEN_S = 1
    sweep.HINT_AGAIN_S = 10


_shorten()


def __getattr__(name: str) -> Any:
    return getattr(entries, name)
