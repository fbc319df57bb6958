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


def run_steps(steps: list[Step], *, is_dry: bool) -> int:
    """Run them in order; returns the number that the first failing one ended with, or 0."""
    for number, step in enumerate(steps, 1):
        sys.stdout.write(f"[{number}/{len(steps)}] {step.what}\n    {_shown(step)}\n")
        sys.stdout.flush()
        if not is_dry and (status := _run(step)):
            sys.stderr.write(f"Stopped at “{step.what}”. Mend what it says and run the same command again.\n")
            return status
    return 0


def _shown(step: Step) -> str:
    words = shlex.join(step.command)
    begin = f"cd {step.folder} && " if step.folder != "." else ""
    return begin + words + (f" > {step.output}" if step.output else "")


def _run(step: Step) -> int:
    own = str(Path(sys.executable).parent / step.command[0])
    program = sys.executable if step.command[0] == "python" else own if Path(own).is_file() else step.command[0]
    command = [program, *step.command[1:]]
    if not step.output:
        return subprocess.run(command, cwd=ROOT / step.folder, check=False).returncode  # noqa: S603
    done = subprocess.run(command, cwd=ROOT / step.folder, check=False, stdout=subprocess.PIPE)  # noqa: S603
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
