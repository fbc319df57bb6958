"""Deploys, ends or takes back an environment: `python -m deploy up --stage test [--dry-run]`.

Each step is a command, printed before it runs; the first that fails ends the deployment, and running it again goes on
where that makes sense: every step may be repeated.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.build import ROOT
from deploy.steps import ENVIRONMENTS, deploy_steps, rollback_steps, undeploy_steps

if TYPE_CHECKING:
    from deploy.steps import Step


CANNOT_RUN = 127  # as a shell says of a program that is not there


def run_steps(steps: list[Step], *, is_dry: bool) -> int:
    """Run them in order; returns the number that the first failing one ended with, or 0."""
    for number, step in enumerate(steps, 1):
        sys.stdout.write(f"[{number}/{len(steps)}] {step.what}\n    {_shown(step)}\n")
        sys.stdout.flush()
        if not is_dry and (status := _run(step)):
            sys.stderr.write(f"Stopped at “{step.what}”. Mend what it says and run the same command again.\n")
            return status
    return 0


def _command(step: Step) -> list[str]:
    """With this environment's own programs before others of the same name."""
    program, *arguments = step.command
    own = Path(sys.executable).parent / program
    return [sys.executable if program == "python" else str(own) if own.is_file() else program, *arguments]


def _shown(step: Step) -> str:
    begin = f"cd {shlex.quote(step.folder)} && " if step.folder != "." else ""
    return begin + shlex.join(_command(step)) + (f" > {shlex.quote(step.output)}" if step.output else "")


def _run(step: Step) -> int:
    """What it ended with; its output is kept only when it went well."""
    wanted = subprocess.PIPE if step.output else None
    try:
        done = subprocess.run(_command(step), cwd=ROOT / step.folder, check=False, stdout=wanted)  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_RUN
    if step.output and done.returncode == 0:
        path = ROOT / step.output
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(done.stdout)
    return done.returncode


def main() -> int:
    """Run or print the steps."""
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("deed", choices=["up", "down", "back"])
    parser.add_argument("--stage", required=True, choices=ENVIRONMENTS)
    parser.add_argument("--owner", default="", help="address of the first Owner")
    parser.add_argument("--package", default="", help="back: the earlier zip, for the workers")
    parser.add_argument("--without-private-api", action="store_true")
    parser.add_argument("--dry-run", action="store_true", help="print every command, run none")
    asked = parser.parse_args()
    has_private_api = not asked.without_private_api
    if asked.deed == "up":
        steps = deploy_steps(asked.stage, owner=asked.owner, has_private_api=has_private_api)
    elif asked.deed == "down":
        steps = undeploy_steps(asked.stage, has_private_api=has_private_api)
    elif asked.package:
        steps = rollback_steps(asked.stage, package=asked.package, has_private_api=has_private_api)
    else:
        parser.error("back needs --package: the zip of the version that is to come back")
    return run_steps(steps, is_dry=asked.dry_run)


if __name__ == "__main__":
    sys.exit(main())
