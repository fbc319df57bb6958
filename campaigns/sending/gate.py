"""The gate before the provider: once a pause or a cancel has committed, no call begins any more.

A worker passes the gate from before its attempt is committed until its call has ended; many may. Whoever stops a
campaign closes the gate first, which waits for the calls on their way, and opens it after the commit. Locks of the
database's sessions, not of transactions: a worker that dies lets go of its own.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from campaigns.sending.prepared import run_prepared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

logger = logging.getLogger(__name__)

# Longer than a call may take. A worker that stands still within the gate does not hold a stop up for ever: it must not
# begin its call later than STALE_AFTER_S behind its attempt.
MAX_WAIT_S = 20.0
STALE_AFTER_S = 5.0
_KEYS = 0x5052 << 48  # advisory locks are one space of numbers per database: this part of it is the gates'
_TRY_EVERY_S = 0.01
_inside = threading.local()  # campaigns whose gate this thread is passing


@dataclass(slots=True)
class Passage:
    """A worker within the gate."""

    key: int = 0  # of PostgreSQL's lock
    is_over: bool = False  # a statement has let go of it


@contextmanager
def passing(campaign_id: int) -> Iterator[Passage]:
    """Be within the gate for the length of the block; waits while somebody has it closed.

    What writes down a call that has ended may leave by that very statement: pg_advisory_unlock_shared of `key`.
    """
    lock = _shared_row if connection.vendor == "postgresql" else _shared_file
    with lock(campaign_id) as passage:
        before: frozenset[int] = getattr(_inside, "campaigns", frozenset())
        _inside.campaigns = before | {campaign_id}
        try:
            yield passage
        finally:
            _inside.campaigns = before


@contextmanager
def closed(campaign_id: int) -> Iterator[None]:
    """Hold the gate closed for the length of the block, once everybody has left it or MAX_WAIT_S are over.

    Enter it before the transaction and hold no rows: who passes waits for rows.
    """
    if campaign_id in getattr(_inside, "campaigns", frozenset()):  # this very thread is the one to wait for
        yield
        return
    lock = _exclusive_row if connection.vendor == "postgresql" else _exclusive_file
    with lock(campaign_id):
        yield


@contextmanager
def _shared_row(campaign_id: int) -> Iterator[Passage]:
    _ask("SELECT pg_advisory_lock_shared(%(key)s)", campaign_id)
    passage = Passage(_KEYS + campaign_id)
    try:
        yield passage
    finally:
        if not passage.is_over:
            _let_go("SELECT pg_advisory_unlock_shared(%(key)s)", campaign_id)


@contextmanager
def _exclusive_row(campaign_id: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{MAX_WAIT_S:.0f}s"])
    try:
        _ask("SELECT pg_advisory_lock(%(key)s)", campaign_id)
        is_held = True
    except OperationalError:
        logger.warning("gate.not_left", extra={"campaign": campaign_id})
        is_held = False
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        if is_held:
            _let_go("SELECT pg_advisory_unlock(%(key)s)", campaign_id)


def _ask(sql: str, campaign_id: int) -> None:
    run_prepared(sql, {"key": _KEYS + campaign_id})


def _let_go(sql: str, campaign_id: int) -> None:
    try:
        _ask(sql, campaign_id)
    except DatabaseError:  # the session is gone, and the lock with it
        logger.warning("gate.session_lost", extra={"campaign": campaign_id})


@contextmanager
def _shared_file(_campaign_id: int) -> Iterator[Passage]:
    """On SQLite all workers share one machine: one lock file for all campaigns, behind a turnstile."""
    with _opened("gate") as gate:
        with _opened("turnstile") as turnstile:
            fcntl.flock(turnstile, fcntl.LOCK_SH)
            fcntl.flock(gate, fcntl.LOCK_SH)
        yield Passage()


@contextmanager
def _exclusive_file(campaign_id: int) -> Iterator[None]:
    give_up_s = time.monotonic() + MAX_WAIT_S
    with _opened("turnstile") as turnstile, _opened("gate") as gate:
        if not (_locks(turnstile, until_s=give_up_s) and _locks(gate, until_s=give_up_s)):
            logger.warning("gate.not_left", extra={"campaign": campaign_id})
        yield


def _locks(file: IO[bytes], *, until_s: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until_s:
                return False
            time.sleep(_TRY_EVERY_S)
        else:
            return True


def _opened(name: str) -> IO[bytes]:
    """Closing the file lets its lock go."""
    folder: Path = settings.DATA_DIR
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"sending.{name}").open("ab")
