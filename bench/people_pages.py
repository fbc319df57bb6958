"""Pages of a campaign's people: server time with a million recipients against a thousand, on both databases.

`python -m bench.people_pages [--people 1000000]`; the goal is 1.5 for the median page.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.postgres import temporary_postgres

GOAL = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        ratios = [_measure("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite3'}", people, folder)]
        with temporary_postgres() as url:
            ratios.append(_measure("PostgreSQL", url, people, folder))
    return 0 if max(ratios) <= GOAL else 1


def _measure(database: str, url: str, people: int, folder: str) -> float:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "SANDBOX": "yes", "DATABASE_URL": url}
    environment |= {"DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "bench.people_pages_portal", str(people)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    pages = json.loads(done.stdout.splitlines()[-1])
    print(f"{database}: {people:,} people against 1,000\n{'':22}{'1,000':>10}{'large':>10}{'ratio':>8}")
    for name, page in pages.items():
        print(f"{name:22}{page['small']:8.1f}ms{page['large']:8.1f}ms{page['large'] / page['small']:8.2f}")
    ratio = statistics.median(page["large"] / page["small"] for page in pages.values())
    print(f"{'median':42}{ratio:8.2f}  goal {GOAL}\n", flush=True)
    return ratio


if __name__ == "__main__":
    sys.exit(main())
