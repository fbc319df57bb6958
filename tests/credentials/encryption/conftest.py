from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from credentials.encryption import services
from portal.aws import kms


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    """Each test has its own master key file, and nothing opened by another one."""
    settings.DATA_DIR = tmp_path
    settings.KMS_KEY_ID = ""
    services.opened_keys.clear()
    yield tmp_path
    services.opened_keys.clear()


@pytest.fixture
def kms_keys(settings):
    """Two keys of moto's KMS; the first one seals."""
    with mock_aws():
        client = boto3.client("kms", region_name=settings.AWS_REGION)
        arns = [client.create_key()["KeyMetadata"]["Arn"] for _number in range(2)]
        kms._client.cache_clear()
        settings.KMS_KEY_ID = arns[0]
        yield arns
    kms._client.cache_clear()
