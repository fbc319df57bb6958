from __future__ import annotations

import io

import pytest

from portal.aws import s3
from sandbox.gmail_testing import run_gmail_double
from tests.doubles.gmail import led_to


@pytest.fixture(scope="session")
def running_google():
    with run_gmail_double() as double:
        yield double


@pytest.fixture
def google(running_google):
    """The double of Google, empty, with the portal led to it."""
    with led_to(running_google):
        yield running_google


@pytest.fixture
def bucket(monkeypatch):
    """The raw mails by key."""
    objects: dict[str, bytes] = {}

    def head(_bucket: str, key: str) -> s3.ObjectFacts:
        if key not in objects:
            raise s3.ObjectMissing(f"no object {key}", service="s3", code="NoSuchKey")
        return s3.ObjectFacts(len(objects[key]), "etag")

    def opened(_bucket: str, key: str, *, offset: int = 0, etag: str = "") -> io.BytesIO:
        return io.BytesIO(objects[key][offset:])

    monkeypatch.setattr(s3, "head_object", head)
    monkeypatch.setattr(s3, "open_object", opened)
    return objects
