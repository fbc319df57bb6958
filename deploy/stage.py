"""Writes a stage's settings for Zappa from what Terraform made: `python -m deploy.stage --stage test --from FILE`.

FILE is what `terraform output -json` wrote. The settings of the repository stay as they are; the result lies in
build/<stage>/ and holds no secret.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.build import PRIVATE_POLICY, ROOT, SETTINGS


class IncompleteOutputs(ValueError):
    """Terraform's outputs lack something that the stage needs."""


def read_outputs(path: Path) -> dict[str, Any]:
    """The one output `postroom`. Raises IncompleteOutputs."""
    try:
        found = json.loads(path.read_text())["postroom"]["value"]
        missing = {"zappa", "environment"} - set(found)
    except (KeyError, TypeError, ValueError) as error:
        raise IncompleteOutputs(f"{path} holds no outputs of infra/environments: apply first") from error
    if missing:
        raise IncompleteOutputs(f"{path} lacks {', '.join(sorted(missing))}")
    return dict(found)


def stage_settings(stage: str, outputs: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The settings file with this stage alone made complete; Terraform's values come before the repository's."""
    made = outputs["zappa"]
    own = settings[stage]
    place = {
        "aws_region": made["aws_region"],
        "s3_bucket": made["s3_bucket"],
        "role_name": made["role_name"],
        "role_arn": made["role_arn"],
        "runtime": made["runtime"],
        "architecture": made["architecture"],
        "xray_tracing": made["xray_tracing"],
        "vpc_config": {"SubnetIds": made["subnet_ids"], "SecurityGroupIds": made["security_group_ids"]},
        "environment_variables": {**own["environment_variables"], **outputs["environment"]},
    }
    place["environment_variables"]["URL_PREFIX"] = urlsplit(outputs["environment"].get("PUBLIC_URL", "")).path.rstrip(
        "/"
    )
    # What the stage says of itself is no matter of Terraform's: where its files lie, whom its API is for.
    for name in ("STATIC_ROOT", "API_ISOLATION"):
        place["environment_variables"][name] = own["environment_variables"][name]
    kind = "api" if "endpoint_configuration" in own else "web"
    place["lambda_concurrency"] = made["concurrency"].get(kind)
    if kind == "api":
        if not made["private_api_policy"]:
            raise IncompleteOutputs("a private API needs the interface endpoint execute-api (interface_endpoints)")
        place["apigateway_policy"] = PRIVATE_POLICY
    return {**settings, stage: {**own, **place}}


def write_stage(stage: str, outputs: dict[str, Any], folder: Path) -> Path:
    """Write settings, and the policy of a private API, into the folder; returns the settings' path."""
    settings = stage_settings(stage, outputs, json.loads((ROOT / SETTINGS).read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    if "apigateway_policy" in settings[stage]:
        policy = outputs["zappa"]["private_api_policy"]
        (folder / PRIVATE_POLICY).write_text(policy if isinstance(policy, str) else json.dumps(policy, indent=2))
    path = folder / SETTINGS
    path.write_text(json.dumps(settings, indent=2) + "\n")
    return path


def main() -> int:
    """Write by the words of the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.stage", description=__doc__)
    parser.add_argument(
        "--stage", required=True, choices=sorted(set(json.loads((ROOT / SETTINGS).read_text())) - {"base"})
    )
    parser.add_argument("--from", dest="outputs", type=Path, required=True)
    parser.add_argument("--to", type=Path)
    asked = parser.parse_args()
    try:
        path = write_stage(asked.stage, read_outputs(asked.outputs), asked.to or ROOT / "build" / asked.stage)
    except (IncompleteOutputs, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
