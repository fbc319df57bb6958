"""boto3 clients without changes, but for one attempt and an end."""

from __future__ import annotations

from contextlib import contextmanager

import boto3
from botocore.config import Config

REGION = "us-east-1"


@contextmanager
def client(service, url=None, *, read_timeout_s=5):
    """A boto3 client that asks once, closed at the end."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout_s)
    made = boto3.client(service, region_name=REGION, endpoint_url=url, config=config)
    try:
        yield made
    finally:
        made.close()
