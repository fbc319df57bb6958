from __future__ import annotations

import json
import re
from typing import Any

import pytest

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
        "runtime": "python3.13",
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
