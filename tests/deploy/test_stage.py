from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest

from deploy.build import PLATFORMS, PROJECT, RUNTIME, Build, _starts, build_of, excluded_of, pins_of_package
from deploy.stage import IncompleteOutputs, read_outputs, write_stage
from tests.contracts.source import ROOT

OUTPUTS: dict[str, Any] = {
    "zappa": {
        "aws_region": "eu-central-1",
        "s3_bucket": "postroom-test-packages-1",
        "role_arn": "arn:aws:iam::123456789012:role/postroom-test-web",
        "role_name": "postroom-test-web",
        "subnet_ids": ["subnet-1"],
        "security_group_ids": ["sg-1"],
        "private_api_policy": '{"Statement": []}',
        "vpc_endpoint_id": "vpce-1",
        "xray_tracing": True,
        "runtime": "python3.12",
        "architecture": "arm64",
        "concurrency": {"web": 14, "api": 6},
    },
    "environment": {
        "QUEUE_PREFIX": "postroom-test",
        "FILES_BUCKET": "files-1",
        "API_ISOLATION": "not-stated",
        "PUBLIC_URL": "https://x.example/test/",
    },
}


def test_terraforms_values_are_taken_and_the_repositorys_kept(tmp_path):
    written = json.loads(write_stage("test", OUTPUTS, tmp_path).read_text())["test"]
    assert written["vpc_config"] == {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert (written["aws_region"], written["s3_bucket"]) == ("eu-central-1", "postroom-test-packages-1")
    variables = written["environment_variables"]
    assert (variables["FILES_BUCKET"], variables["STATIC_ROOT"]) == ("files-1", "static")
    assert variables["API_ISOLATION"] == "public"
    assert variables["URL_PREFIX"] == "/test"
    assert "apigateway_policy" not in written


def test_the_package_is_built_for_the_python_and_processor_of_the_functions(tmp_path):
    assert build_of("test", tmp_path) == Build("test", tmp_path, "3.13", "x86_64")
    written = json.loads(write_stage("test", OUTPUTS, tmp_path).read_text())["test"]
    assert (written["runtime"], written["architecture"]) == ("python3.12", "arm64")
    assert build_of("test", tmp_path) == Build("test", tmp_path, "3.12", "arm64")
    assert written["architecture"] in PLATFORMS


@pytest.mark.parametrize(("stage", "count"), [("test", 14), ("test_api", 6)])
def test_each_function_of_zappas_is_told_its_share_of_connections(stage, count, tmp_path):
    assert json.loads(write_stage(stage, OUTPUTS, tmp_path).read_text())[stage]["lambda_concurrency"] == count


def test_without_shares_none_is_kept(tmp_path):
    outputs = {**OUTPUTS, "zappa": {**OUTPUTS["zappa"], "concurrency": {}}}
    assert json.loads(write_stage("test", outputs, tmp_path).read_text())["test"]["lambda_concurrency"] is None


def test_the_private_api_has_its_policy(tmp_path):
    written = json.loads(write_stage("test_api", OUTPUTS, tmp_path).read_text())["test_api"]
    assert written["endpoint_configuration"] == ["PRIVATE"]
    assert json.loads((tmp_path / written["apigateway_policy"]).read_text()) == {"Statement": []}
    assert written["environment_variables"]["API_ISOLATION"] == "private"


def test_a_private_api_needs_its_endpoint(tmp_path):
    outputs = {**OUTPUTS, "zappa": {**OUTPUTS["zappa"], "private_api_policy": None}}
    with pytest.raises(IncompleteOutputs, match="execute-api"):
        write_stage("test_api", outputs, tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"postroom": {"value": {"zappa": {}}}}'])
def test_outputs_that_are_not_there_yet_are_named(text, tmp_path):
    (tmp_path / "out.json").write_text(text)
    with pytest.raises(IncompleteOutputs, match=re.escape("out.json")):
        read_outputs(tmp_path / "out.json")


def test_each_value_that_is_taken_is_an_output_of_terraform():
    outputs = (ROOT / "infra" / "modules" / "postroom" / "outputs.tf").read_text()
    block = re.search(r'output "zappa" \{.*?value = \{(.*?)\n  \}', outputs, flags=re.DOTALL)
    assert block is not None
    assert set(re.findall(r"^\s+(\w+)\s+=", block[1], flags=re.MULTILINE)) == set(OUTPUTS["zappa"])
    assert 'output "environment"' in outputs


def test_packages_without_a_wheel_are_not_asked_for_and_all_others_are():
    pins = (ROOT / "requirements.txt").read_text()
    excluded = excluded_of("test_api")
    kept = set(re.findall(r"^([\w.-]+)==", pins_of_package(pins, excluded=excluded), re.MULTILINE))
    left_out = set(re.findall(r"^([\w.-]+)==", pins, re.MULTILINE)) - kept
    assert {"placebo", "troposphere", "pip"} <= left_out
    assert {"django", "zappa", "boto3", "psycopg-binary", "text-unidecode"} <= kept
    assert [name for name in left_out if not any(fnmatch(name, pattern) for pattern in excluded)] == []


def test_a_pin_goes_with_its_hashes_and_the_next_stays_whole():
    pins = "a==1 \\\n    --hash=sha256:1\n    # via b\nb==2 \\\n    --hash=sha256:2\n"
    assert pins_of_package(pins, excluded=["a*"]) == "b==2 \\\n    --hash=sha256:2\n"


def test_the_image_of_workers_outside_of_lambda_holds_what_the_package_holds():
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text()
    assert set(re.findall(r"^!(.+)$", ignored, re.MULTILINE)) == {*PROJECT, "requirements.txt"}
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    assert f"FROM python:{RUNTIME.removeprefix('python')}-" in image
    assert "--require-hashes" in image


@pytest.mark.parametrize(("text", "starts"), [("exit 0", True), ("echo no such version >&2; exit 127", False)])
def test_a_python_that_is_only_a_name_compiles_nothing(text, starts, tmp_path):
    python = tmp_path / "python3.13"
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)
    assert _starts(str(python)) is starts
