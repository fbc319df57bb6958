"""Both environments on a stand-in each: applied, planned again, tried, destroyed. They run beside each other.

What differs from what is committed stands in OVERRIDES: more parts are switched on, and nothing is protected.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sandbox.processes import start_child, stop_child
from tests.infra.programs import Programs, Root, Run

REGION = "us-east-1"
PASSWORD = "pass-never-in-the-state"
SECRET = "key-never-in-the-state"
ZONE = "Z0123456789"
DOMAIN = "example.org"
PATIENT = Config(read_timeout=300)  # both environments and the tests beside them share two cores
PROVIDER_OVERRIDE = """
terraform {
  backend "local" {}
}

provider "aws" {
  max_retries = 2
}
"""
CHEAPEST = (
    "cheapest_override.tf"  # what docs/costs.md offers is tried as `test`; read before tests_override.tf, by its name
)
OVERRIDES = {
    "test": """
module "postroom" {
  alarms   = true
  database = { kind = "aurora", max_connections = 190 }
}
""",
    "prod": """
module "postroom" {
  protect             = false
  client_host         = true
  interface_endpoints = ["execute-api", "email", "sqs", "kms"]
  usage_plan          = { requests_per_day = 10000 }
  tracing             = true
  arm64               = true
  public_domain       = { name = "mail.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0" }
  celery              = { image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/postroom:1" }
  alert_phone_numbers = ["+4915112345678"]
  database            = { kind = "aurora", proxy = true, max_connections = 190 }
}
""",
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the stand-in of one environment listens."""

    moto: str
    ses_settings: str

    def client(self, service: str, **credentials: str) -> Any:
        """A client of boto3 for moto; without credentials as the administrator."""
        keys: dict[str, Any] = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        make_client: Any = boto3.client  # its types know services by their literal names alone
        return make_client(service, region_name=REGION, endpoint_url=self.moto, config=PATIENT, **keys)


@dataclass(frozen=True, slots=True)
class Applied:
    """An environment that was applied, and what the second plan said."""

    name: str
    root: Root
    endpoints: Endpoints
    apply: Run
    second_plan: Run
    outputs: dict[str, Any]
    took_s: dict[str, float]

    @property
    def postroom(self) -> dict[str, Any]:
        """The output that tells everything."""
        found: dict[str, Any] = self.outputs["postroom"]
        return found

    def destroyed(self) -> Run:
        """Take everything away; buckets that hold something as well."""
        return self.root.destroy()

    def billed(self) -> dict[str, list[str]]:
        """What is still there that AWS bills or that would bill again, by kind; empty kinds are left out."""
        found = {
            f"{service} {key}": [
                str(each)
                for page in pages_of(self.endpoints.client(service), call)
                for each in page.get(key, [])
                if not isinstance(each, dict) or each.get("State") not in GONE
            ]
            for service, call, key in BILLED
        }
        return {kind: names for kind, names in found.items() if names}


# Service, what lists, and under which key. A key of KMS waits for its end and is billed until then; clusters of ECS are free,
# and their services are in the state.
BILLED = (
    ("ec2", "describe_nat_gateways", "NatGateways"),
    ("ec2", "describe_addresses", "Addresses"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    ("ec2", "describe_volumes", "Volumes"),
    ("rds", "describe_db_clusters", "DBClusters"),
    ("rds", "describe_db_instances", "DBInstances"),
    ("rds", "describe_db_proxies", "DBProxies"),
    ("secretsmanager", "list_secrets", "SecretList"),
    ("lambda", "list_functions", "Functions"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings"),
    ("events", "list_rules", "Rules"),
    ("sqs", "list_queues", "QueueUrls"),
    ("sns", "list_topics", "Topics"),
    ("s3", "list_buckets", "Buckets"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("cloudwatch", "list_dashboards", "DashboardEntries"),
    ("logs", "describe_log_groups", "logGroups"),
    ("apigateway", "get_usage_plans", "items"),
    ("apigateway", "get_domain_names", "items"),
)
GONE = frozenset({"deleted", "deleting"})


def pages_of(client: Any, call: str) -> list[dict[str, Any]]:
    """All answers of a call that lists."""
    if client.can_paginate(call):
        return list(client.get_paginator(call).paginate())
    return [getattr(client, call)()]


@contextmanager
def stand_in() -> Iterator[Endpoints]:
    """Moto and SES's settings for as long as the block runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    child = start_child(["-m", "tests.infra.stand_in"], kept)
    try:
        words = child.stdout.readline().split()
        assert len(words) == 2, "the stand-in did not start: " + child.stdout.read(2_000)
        yield Endpoints(*words)
    finally:
        stop_child(child)
        child.stdout.close()


def apply_environment(name: str, folder: Path, programs: Programs, endpoints: Endpoints) -> Applied:
    """Apply it and plan again. `folder` is a copy of infra/ for it alone."""
    home = folder / "environments" / name
    if name == "test":
        shutil.copy(folder / "environments" / "shared" / f"{CHEAPEST}.example", home / CHEAPEST)
    (home / "tests_override.tf").write_text(PROVIDER_OVERRIDE + OVERRIDES[name])
    variables = {
        "AWS_ENDPOINT_URL": endpoints.moto,
        "AWS_ENDPOINT_URL_SESV2": endpoints.ses_settings,
        **{f"TF_VAR_{key}": value for key, value in _variables(folder, api_id=_made_by_zappa(endpoints, name)).items()},
    }
    root = Root(programs, home, variables)
    took_s = {}
    started_s = time.monotonic()
    root.init()
    done = root.apply()
    took_s["apply"], started_s = time.monotonic() - started_s, time.monotonic()
    again = root.plan() if done.code == 0 else Run(1, "not applied")
    took_s["second plan"] = time.monotonic() - started_s
    outputs = root.outputs() if done.code == 0 else {}
    return Applied(name, root, endpoints, done, again, outputs, took_s)


def _variables(folder: Path, *, api_id: str) -> dict[str, str]:
    package = folder / "package.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("workers/handlers/entries.py", "")
    return {
        "region": REGION,
        "public_url": "https://mail.example.org",
        "domains": json.dumps({DOMAIN: {"receives": True}}),
        "dns_zone_ids": json.dumps([ZONE]),
        "alert_emails": json.dumps(["ops@example.org"]),
        "package_file": str(package),
        "public_api": json.dumps({"rest_api_id": api_id, "stage": "live"}),
        "database_password": PASSWORD,
        "secrets": json.dumps({"SECRET_KEY": SECRET}),
    }


def _made_by_zappa(endpoints: Endpoints, name: str) -> str:
    """An API with a stage, as the first deployment leaves it."""
    gateway = endpoints.client("apigateway")
    api_id: str = gateway.create_rest_api(name=f"postroom-{name}")["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    gateway.put_method(restApiId=api_id, resourceId=root, httpMethod="ANY", authorizationType="NONE")
    gateway.put_integration(restApiId=api_id, resourceId=root, httpMethod="ANY", type="MOCK")
    gateway.create_deployment(restApiId=api_id, stageName="live")
    return api_id
