from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from portal.aws.secrets import read_secrets
from portal.errors import ConfigurationError

NAME = "/postroom-test/secrets"


@pytest.fixture
def parameter():
    with mock_aws():
        ssm = boto3.client("ssm", region_name="eu-central-1")
        yield lambda value: ssm.put_parameter(Name=NAME, Value=value, Type="SecureString")


def test_the_parameter_holds_variables(parameter):
    parameter(json.dumps({"SECRET_KEY": "k", "DATABASE_URL": "postgres://x"}))
    assert read_secrets(NAME, region="eu-central-1") == {"SECRET_KEY": "k", "DATABASE_URL": "postgres://x"}


@pytest.mark.parametrize("value", ["no JSON, a secret", '["a secret"]', '{"SECRET_KEY": 1}'])
def test_what_is_no_object_of_texts_is_refused_without_showing_it(value, parameter):
    parameter(value)
    with pytest.raises(ConfigurationError, match=r"^((?!a secret).)*$"):
        read_secrets(NAME, region="eu-central-1")


def test_a_missing_parameter_is_named(parameter):
    with pytest.raises(ConfigurationError, match=NAME):
        read_secrets(NAME, region="eu-central-1")
