"""What a deployment asks of AWS itself: `python -m deploy.aws --stage test ask migrate`, `... web`, `... end`, `... values`, `... smoke`."""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urljoin

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.build import ROOT, SETTINGS
from workers.handlers.functions import DEPLOY_SOURCE, FunctionName

LONGEST_DEED_S = 900
ANSWER_S = 30
SMOKE_PATHS = ("/healthz", "/admin/login/")


def settings_of(stage: str) -> dict[str, Any]:
    """The stage's settings, as deploy.stage wrote them."""
    return dict(json.loads((ROOT / "build" / stage / SETTINGS).read_text())[stage])


def client(stage: str, service: str) -> Any:
    """A client in the stage's region that waits as long as a deed may take."""
    config = Config(read_timeout=LONGEST_DEED_S, retries={"total_max_attempts": 1})
    return boto3.client(service, region_name=settings_of(stage)["aws_region"], config=config)  # type: ignore[call-overload]


def function_name(stage: str, purpose: str = "") -> str:
    """Name of a worker function, or of the stage's web function as Zappa makes it."""
    if not purpose:
        return f"postroom-{stage.replace('_', '-')}"
    return f"{settings_of(stage)['environment_variables']['QUEUE_PREFIX']}-{purpose}"


def ask(stage: str, words: list[str]) -> int:
    """Have the maintenance function do a deed, and print what it says."""
    deed, *pairs = words
    event = {"source": DEPLOY_SOURCE, "deed": deed, **dict(pair.split("=", 1) for pair in pairs)}
    name = function_name(stage, FunctionName.MAINTENANCE)
    answer = client(stage, "lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        sys.stderr.write(f"{deed}: {told.get('errorMessage', 'failed')}\n")
        return 1
    sys.stdout.write(f"{told['said']}\n")
    return 0


def deploy_web(stage: str) -> int:
    """`zappa deploy` the first time, `zappa update` from then on, with the package that was built."""
    package, wanted = ROOT / "build" / stage / f"postroom-{stage}.zip", settings_of(stage)["architecture"]
    running = _architecture(stage)
    if running not in {"", wanted}:
        sys.stderr.write(
            f"{function_name(stage)} runs on {running} and the package is for {wanted}; Zappa changes the processor of no function."
            " docs/deploying.md says how to go over.\n"
        )
        return 1
    return _zappa(stage, "update" if running else "deploy", stage, "--zip", str(package))


def end_web(stage: str) -> int:
    """`zappa undeploy`, where there is something to end: what was ended before is no error."""
    return _zappa(stage, "undeploy", stage, "--yes") if _is_there(stage) else 0


def _zappa(stage: str, *arguments: str) -> int:
    command = [sys.executable, "-m", "zappa.cli", *arguments]
    return subprocess.run(command, cwd=ROOT / "build" / stage / "app", check=False).returncode  # noqa: S603


def _is_there(stage: str) -> bool:
    return bool(_architecture(stage))


def _architecture(stage: str) -> str:
    """The processor that the stage's function runs on; "" before the first deployment."""
    try:
        found = client(stage, "lambda").get_function(FunctionName=function_name(stage))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return ""
        raise
    return str(found["Configuration"]["Architectures"][0])


def write_values(stage: str, *, package: Path | None, with_apis: bool, is_end: bool) -> int:
    """The variables of Terraform that a deployment knows; what was written before stays unless it is named."""
    path = ROOT / "build" / stage / "deploy.tfvars.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    values = json.loads(path.read_text()) if path.is_file() and not is_end else {}
    if package is not None:
        values["package_file"] = str(package.resolve())
    if with_apis:
        values.update(api_values(stage))
    path.write_text(json.dumps(values, indent=2) + "\n")
    return 0


def api_values(stage: str) -> dict[str, dict[str, str]]:
    """The APIs that Zappa made, by Terraform's variables."""
    pages = client(stage, "apigateway").get_paginator("get_rest_apis").paginate()
    found = {api["name"]: api["id"] for page in pages for api in page["items"]}
    wanted = {"public_api": stage, "private_api": f"{stage}_api"}
    return {
        variable: {"rest_api_id": found[function_name(each)], "stage": each}
        for variable, each in wanted.items()
        if function_name(each) in found
    }


def smoke(stage: str) -> int:
    """Ask for health, login page and a static file, and have the maintenance function look at the database."""
    url = settings_of(stage)["environment_variables"]["PUBLIC_URL"].rstrip("/")
    pages = [_fetched(url + path) for path in SMOKE_PATHS]
    styles = re.findall(r'href="([^"]+\.css)"', pages[-1])
    if not styles:
        sys.stderr.write(f"{url}{SMOKE_PATHS[-1]} names no style sheet\n")
        return 1
    _fetched(urljoin(f"{url}{SMOKE_PATHS[-1]}", styles[0]))
    return ask(stage, ["migrate"])


def _fetched(url: str) -> str:
    """Raises ConnectionError, which says the address and, where its name is not known, what to do."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310  # our own address
            sys.stdout.write(f"{answer.status} {url}\n")
            return str(answer.read().decode(errors="replace"))
    except URLError as error:
        is_unknown = isinstance(error.reason, socket.gaierror)
        cure = ". Set the DNS records (docs/setup.md, step 5), wait some minutes, and ask again" if is_unknown else ""
        raise ConnectionError(f"{url}: {error}{cure}") from error


def main() -> int:
    """Do what the words of the command line ask; what AWS or the web refuse is told in one line."""
    try:
        return carry_out(read_words())
    except (BotoCoreError, ClientError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def read_words() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.aws", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("deed", choices=["ask", "web", "end", "values", "smoke"])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--package", type=Path)
    parser.add_argument("--apis", action="store_true")
    parser.add_argument("--none", action="store_true")
    return parser.parse_args()


def carry_out(asked: argparse.Namespace) -> int:
    """Do the one deed; returns the number to end with."""
    if asked.deed == "ask":
        return ask(asked.stage, asked.words)
    if asked.deed == "web":
        return deploy_web(asked.stage)
    if asked.deed == "end":
        return end_web(asked.stage)
    if asked.deed == "values":
        return write_values(asked.stage, package=asked.package, with_apis=asked.apis, is_end=asked.none)
    return smoke(asked.stage)


if __name__ == "__main__":
    sys.exit(main())
