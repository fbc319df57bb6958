"""Server time of list pages at 1,000 rows and at many: `python -m bench.lists`.

Contacts and the people of a campaign: first page, filters, searches; through Django's request handling and templates,
on PostgreSQL and SQLite. Both sizes are asked in turn by one process, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.goals import at_most
from bench.migrated import migrated_postgres, migrated_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TIMES = 1.5
Found = dict[str, tuple[float, float]]  # page: (ms at 1,000 rows, ms at many)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=21)
    arguments = parser.parse_args()
    missed = 0
    for database in ("postgresql", "sqlite"):
        with two_databases(database) as (small, large):
            missed += _report(database, _measured(small, large, arguments), rows=arguments.rows)
    return 1 if missed else 0


def _measured(small: str, large: str, arguments: argparse.Namespace) -> Found:
    return asked_of_both("bench.lists_pages", small, large, str(arguments.rows), str(arguments.rounds))


def asked_of_both(module: str, small: str, large: str, *arguments: str) -> Found:
    """What the module prints, run with both databases in an environment of its own."""
    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as data:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SANDBOX": "yes",
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": small,
            "DATA_DIR": data,
            "FILES_BUCKET": "",
            "CELERY_BROKER_URL": "memory://",
        }
        command = [sys.executable, "-m", module, large, *arguments]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def two_databases(database: str) -> Iterator[tuple[str, str]]:
    """The URLs of two databases of this kind, with empty tables."""
    migrated = migrated_postgres if database == "postgresql" else migrated_sqlite
    with migrated() as small, migrated() as large:
        yield small, large


def _report(database: str, found: Found, *, rows: int) -> int:
    print(f"{database}\n{'median ms of the server':34}{'1,000 rows':>12}{f'{rows:,} rows':>18}{'times':>8}")
    missed = 0
    for page, (small_ms, large_ms) in found.items():
        is_missed = large_ms / small_ms > at_most(MOST_TIMES)
        missed += is_missed
        mark = "  MISSED" if is_missed else ""
        print(f"{page:34}{small_ms:12.1f}{large_ms:18.1f}{large_ms / small_ms:8.2f}{mark}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
