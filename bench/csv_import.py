"""Rows per second of importing people, with validation and de-duplication: `python -m bench.csv_import`.

Ours against django-import-export (a smaller sample, its rate compared) and against `psql \\copy` plus one upsert on the
server, into the same table with the same indexes; PostgreSQL with fsync, and SQLite. Every measurement has a process
and a database of its own; rounds are interleaved, ratios are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.goals import at_least
from bench.migrated import migrated_postgres, migrated_sqlite
from bench.people_file import write_people

MAX_RSS_MB = 150
GOALS = {("postgresql", "import_export"): 20, ("postgresql", "psql"): 0.5, ("sqlite", "import_export"): 15}

Found = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=20_000, help="of import-export's smaller file")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder:
        Path(folder).chmod(0o755)
        file, peer_file = Path(folder) / "people.csv", Path(folder) / "peer.csv"
        write_people(file, arguments.rows)
        write_people(peer_file, min(arguments.rows, arguments.peer_rows))
        rounds = [_round(file, peer_file) for _ in range(arguments.rounds)]
    print(f"{arguments.rows:,} rows, {arguments.rounds} rounds, medians")
    return _report(rounds)


def _round(file: Path, peer_file: Path) -> dict[tuple[str, str], Found]:
    found = {}
    for database in ("postgresql", "sqlite"):
        found[database, "postroom"] = _measured("bench.csv_import_postroom", file, database)
        found[database, "import_export"] = _measured("bench.csv_import_export", peer_file, database)
    found["postgresql", "psql"] = _measured("bench.csv_import_psql", file, "postgresql")
    assert found["postgresql", "psql"]["people"] == found["postgresql", "postroom"]["people"]
    return found


def _measured(module: str, file: Path, database: str) -> Found:
    empty_database = migrated_postgres({}) if database == "postgresql" else migrated_sqlite()
    with empty_database as url, tempfile.TemporaryDirectory(prefix="postroom-bench-") as data:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SANDBOX": "yes",
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": url,
            "DATA_DIR": data,
            "FILES_BUCKET": "",
            "CELERY_BROKER_URL": "memory://",
        }
        done = subprocess.run(
            [sys.executable, "-m", module, str(file)], env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _report(rounds: list[dict[tuple[str, str], Found]]) -> int:
    missed = 0
    for database in ("postgresql", "sqlite"):
        ours = [found[database, "postroom"] for found in rounds]
        rate, check = (median(found[name] for found in ours) for name in ("rows_per_s", "check_per_s"))
        rss = max(found["rss_mb"] for found in ours)
        missed += rss >= MAX_RSS_MB
        print(
            f"{database}: import {rate:,.0f} rows/s; the check before it {check:,.0f} rows/s; {rss:.0f} MB resident",
            end="",
        )
        print(f" (goal < {MAX_RSS_MB} MB: {'reached' if rss < MAX_RSS_MB else 'MISSED'})")
        for (goal_database, peer), goal in GOALS.items():
            if goal_database == database:
                missed += _report_peer(rounds, database, peer, goal)
    return min(missed, 1)


def _report_peer(rounds: list[dict[tuple[str, str], Found]], database: str, peer: str, goal: float) -> bool:
    ratio = median(found[database, "postroom"]["rows_per_s"] / found[database, peer]["rows_per_s"] for found in rounds)
    rate = median(found[database, peer]["rows_per_s"] for found in rounds)
    verdict = "reached" if ratio >= goal else "MISSED"
    print(f"  {peer}: {rate:,.0f} rows/s; ours is {ratio:.2f} times that (goal {goal}: {verdict})")
    return ratio < at_least(goal)


if __name__ == "__main__":
    sys.exit(main())
