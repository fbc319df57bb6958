"""Terraform on this machine: its program, the provider's plugin on the disk, and one root module at work in a copy.

TF_PLUGIN_MIRROR names the folder of plugins (laid out as `terraform providers mirror` does); else usual places are tried.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
PROVIDER = "registry.terraform.io/hashicorp/aws"
USUAL_PLACES = (
    "/opt/tf-plugins",
    "/usr/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "~/.terraform.d/plugins",
    "~/.terraform.d/plugin-cache",
)
PARALLEL = "40"
LONGEST_RUN_S = 900


class TerraformMissing(RuntimeError):
    """Terraform or the provider's plugin is not on this machine."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where Terraform and its plugins are."""

    terraform: str
    mirror: Path


def find_programs() -> Programs:
    """Raises TerraformMissing, with what to do about it."""
    terraform = shutil.which(os.environ.get("TERRAFORM", "terraform"))
    if not terraform:
        raise TerraformMissing("terraform is not installed (1.11 or newer)")
    named = os.environ.get("TF_PLUGIN_MIRROR")
    for place in (named,) if named else USUAL_PLACES:
        mirror = Path(place).expanduser()
        if any((mirror / PROVIDER).glob("*/*/terraform-provider-aws_*")):
            return Programs(terraform, mirror)
    raise TerraformMissing("no plugin of the provider aws on the disk: set TF_PLUGIN_MIRROR, see docs/terraform.md")


@dataclass(frozen=True, slots=True)
class Run:
    """What one command of Terraform said."""

    code: int
    text: str

    def checked(self) -> Run:
        """Itself. Raises AssertionError with the errors when it failed."""
        assert self.code == 0, "\n".join(self.text.splitlines()[-60:])
        return self


@dataclass(frozen=True, slots=True)
class Root:
    """A root module in a copy of infra/, with the only variables that its Terraform sees."""

    programs: Programs
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Run:
        """Run one command; Terraform reads no configuration of the machine's."""
        done = subprocess.run(
            [self.programs.terraform, *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_RUN_S,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def init(self) -> None:
        self.run("init", "-no-color", "-input=false", f"-plugin-dir={self.programs.mirror}").checked()

    def apply(self) -> Run:
        return self.run("apply", "-no-color", "-auto-approve", f"-parallelism={PARALLEL}")

    def plan(self) -> Run:
        """Code 2 means that something would change."""
        return self.run("plan", "-no-color", "-detailed-exitcode", f"-parallelism={PARALLEL}")

    def destroy(self) -> Run:
        """Without another look at what is there: the plan before had one."""
        return self.run("destroy", "-no-color", "-auto-approve", "-refresh=false", f"-parallelism={PARALLEL}")

    def outputs(self) -> dict[str, Any]:
        found = json.loads(self.run("output", "-no-color", "-json").checked().text)
        return {name: about["value"] for name, about in found.items()}

    def resources(self) -> list[str]:
        """Addresses of all that the state holds."""
        return [line for line in self.run("state", "list", "-no-color").text.splitlines() if "data." not in line]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        return kept | OWN_ENVIRONMENT | self.variables


OWN_ENVIRONMENT = {
    "TF_CLI_CONFIG_FILE": os.devnull,
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def copy_of_infra(to: Path) -> Path:
    """A copy to work in: Terraform writes beside what it reads."""
    shutil.copytree(INFRA, to, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars", "backend.hcl"))
    return to
