"""Buckets in memory, by moto, for code that keeps its files on S3."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from moto import mock_aws

from portal.aws import s3
from portal.aws.session import client, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@contextmanager
def buckets_in_memory(monkeypatch: pytest.MonkeyPatch, *names: str) -> Iterator[None]:
    """Make empty buckets of these names; clients made before are put aside."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    _forget_clients()
    with mock_aws():
        for name in names:
            s3._client().create_bucket(Bucket=name)
        yield
    _forget_clients()


def _forget_clients() -> None:
    for cached in (session, client, s3._client):
        cached.cache_clear()
