"""Postroom as it is deployed: production settings in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contracts.source import ROOT

ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "k8Zr2-vQ9xTm4_LpW7sYc1NfHd6GjUb3AeRo5KiXt0BgVwMzPqSnEyCuDhFa",
    "ALLOWED_HOSTS": "postroom.example.org",
    "PUBLIC_URL": "https://postroom.example.org",
    "KMS_KEY_ID": "alias/postroom",
}


# What settings load is loaded once; each run is a fork, which only then reads its own variables.
IN_FORKS = """
import json, os, runpy, sys
import django.core.management, django_stubs_ext, csp.constants
import portal.accounts.oidc_settings, portal.aws.secrets, portal.env, portal.logs, sandbox.join

def run(number, changes, command):
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for stream in ("stdout", "stderr"):
        file = os.open(f"{number}.{stream}", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, getattr(sys, stream).fileno())
    os.environ.update({name: value for name, value in changes.items() if value})
    for name in (name for name, value in changes.items() if not value):
        os.environ.pop(name, None)
    sys.argv = command
    try:
        runpy.run_path(os.path.join(root, command[0]), run_name="__main__")
    except SystemExit as left:
        print(left.code if isinstance(left.code, str) else "", file=sys.stderr)
        status = 0 if not left.code else left.code if isinstance(left.code, int) else 1
    else:
        status = 0
    sys.stdout.flush(), sys.stderr.flush()
    os._exit(status)

root, command, variants = json.loads(sys.argv[1])
print(json.dumps([run(number, changes, command) for number, changes in enumerate(variants)]))
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """How one of several runs ended."""

    returncode: int
    stdout: str
    stderr: str


def run_each_in_production(*command: str, data_dir: Path, variants: Sequence[Mapping[str, str]]) -> list[Finished]:
    """Run a script of ours once for each set of changes, in processes that share what they load."""
    asked = json.dumps([str(ROOT), command, variants])
    done = subprocess.run(
        [sys.executable, "-c", IN_FORKS, asked],
        cwd=data_dir,
        check=True,
        capture_output=True,
        text=True,
        env={**_variables(data_dir), "PYTHONPATH": str(ROOT)},
    )
    codes = json.loads(done.stdout.splitlines()[-1])
    return [
        Finished(code, *((data_dir / f"{number}.{stream}").read_text() for stream in ("stdout", "stderr")))
        for number, code in enumerate(codes)
    ]


def run_in_production(*command: str, data_dir: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `command` and production's environment; a value "" in `changes` leaves the variable out."""
    variables = _variables(data_dir) | changes
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={name: value for name, value in variables.items() if value},
    )


def _variables(data_dir: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {"DATA_DIR": str(data_dir), "DATABASE_URL": f"sqlite:///{data_dir}/x.sqlite3"}
    return {**inherited, **own, **ENVIRONMENT}
