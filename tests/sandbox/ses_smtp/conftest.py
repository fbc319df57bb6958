"""The SMTP endpoint beside a sandbox, and users of IAM made with nothing but boto3."""

from __future__ import annotations

import json
import smtplib
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest

from sandbox.ses_smtp.login import smtp_password
from sandbox.testing import run_smtp_endpoint

POLICY_NAME = "sending"


@dataclass(frozen=True)
class IamUser:
    """One user with one key, made by the test itself."""

    name: str
    key_id: str
    password: str


@pytest.fixture(scope="module")
def endpoint(session_sandbox):
    with run_smtp_endpoint(session_sandbox) as running:
        yield running


@pytest.fixture
def iam(sandbox):
    return boto3.client("iam", region_name="us-east-1")


@pytest.fixture
def make_user(iam):
    """Makes a user who may send as the patterns say; no pattern, no policy."""

    def make(*patterns):
        name = f"ses-smtp-user-{uuid4().hex[:8]}"
        iam.create_user(UserName=name, Path="/postroom/")
        if patterns:
            iam.put_user_policy(UserName=name, PolicyName=POLICY_NAME, PolicyDocument=policy_for(*patterns))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return IamUser(name, key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1"))

    return make


@pytest.fixture
def connect(endpoint):
    """Opens sessions as a mail program does: STARTTLS with the certificate checked, or TLS at once."""

    @contextmanager
    def open_one(user=None, *, is_tls=False):
        context = ssl.create_default_context(cafile=str(endpoint.certificate))
        with closing_session(endpoint, context, is_tls=is_tls) as session:
            if user:
                session.login(user.key_id, user.password)
            yield session

    return open_one


def closing_session(endpoint, context, *, is_tls):
    if is_tls:
        return smtplib.SMTP_SSL("localhost", endpoint.tls_port, timeout=10, context=context)
    session = smtplib.SMTP("localhost", endpoint.port, timeout=10)
    session.starttls(context=context)
    return session


def policy_for(*patterns):
    statement = {
        "Effect": "Allow",
        "Action": "ses:SendRawEmail",
        "Resource": "*",
        "Condition": {"StringLike": {"ses:FromAddress": list(patterns)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
