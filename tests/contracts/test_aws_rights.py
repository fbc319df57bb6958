"""What the code calls of AWS some role may do, and roles may do nothing that the code never calls."""

from __future__ import annotations

import re

from tests.contracts.source import ROOT

AWS = ROOT / "portal" / "aws"
ROLES = ROOT / "infra" / "modules" / "roles"
SERVICES = {"sesv2": "ses"}
# boto3's names for what IAM calls otherwise; "" asks nobody or is no function's deed.
ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:UploadFileobj": "s3:PutObject",
    "s3:Copy": "s3:PutObject",
    "s3:GeneratePresignedPost": "",
    "s3:GeneratePresignedUrl": "",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "dynamodb:Scan": "",  # the command that moves an older system in, run by a person
}
# What AWS itself does in a role's name, and what goes with a call above.
WITHOUT_A_CALL = {
    "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    "s3:AbortMultipartUpload", "s3:ListBucket", "s3:GetObjectTagging", "s3:PutObjectTagging",
    "iam:TagUser", "iam:TagPolicy",
}  # fmt: skip
NAMED_CLIENTS = {"ses_bounce.py": "ses", "iam.py": "iam", "kms.py": "kms", "s3.py": "s3", "secrets.py": "ssm"}


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def called() -> dict[str, str]:
    """IAM's action of every call, to where it is."""
    found: dict[str, str] = {}
    for path in sorted(AWS.glob("*.py")):
        text = path.read_text()
        calls = re.findall(r'\bclient\("([a-z0-9]+)"\)\.([a-z_]+)\(', text)
        own = NAMED_CLIENTS.get(path.name, "")
        calls += [(own, name) for name in re.findall(r"_client\(\)\.([a-z_]+)\(", text) if name != "get_paginator"]
        calls += [(own, name) for name in re.findall(r'_pages\("([a-z_]+)"', text)]
        calls += [("ssm", name) for name in re.findall(r'boto3\.client\("ssm"[^)]*\)\.([a-z_]+)\(', text)]
        for service, name in calls:
            action = f"{SERVICES.get(service, service)}:{camel(name)}"
            found[ACTIONS.get(action, action)] = path.name
    found.pop("", None)
    return found


def given() -> set[str]:
    """Every action that some role is allowed, but those of Lambda's network."""
    text = "".join(path.read_text() for path in ROLES.glob("policies*.tf"))
    lists = re.findall(r"Action\s*=\s*(.*?)\n\s*Resource\b", text, flags=re.DOTALL)
    actions = {action for listed in lists for action in re.findall(r'"([a-z0-9]+:\w+)"', listed)}
    return {action for action in actions if not action.startswith("ec2:")}


def test_every_call_of_the_code_is_allowed_to_some_role():
    calls = called()
    assert len(calls) > 40
    assert {action: where for action, where in calls.items() if action not in given()} == {}


def test_no_role_may_do_what_the_code_never_calls():
    sending = {"ses:SendEmail", "ses:SendRawEmail", "ses:SendBulkEmail"}  # portal/aws/ses.py signs these itself
    assert given() - set(called()) - WITHOUT_A_CALL - sending == set()
