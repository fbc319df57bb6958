"""Postroom as it is deployed: production settings in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.contracts.source import ROOT

ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "k8Zr2-vQ9xTm4_LpW7sYc1NfHd6GjUb3AeRo5KiXt0BgVwMzPqSnEyCuDhFa",
    "ALLOWED_HOSTS": "postroom.example.org",
    "PUBLIC_URL": "https://postroom.example.org",
    "KMS_KEY_ID": "alias/postroom",
}


def run_in_production(*command: str, data_dir: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `command` and production's environment; a value "" in `changes` leaves the variable out."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    variables = {
        **inherited,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": f"sqlite:///{data_dir}/x.sqlite3",
        **ENVIRONMENT,
    }
    variables |= changes
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={name: value for name, value in variables.items() if value},
    )
