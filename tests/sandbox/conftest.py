"""A double and a whole sandbox for the tests, as processes of their own, and boto3 clients without changes."""

from __future__ import annotations

import os

import pytest

from sandbox.environment import changed_environment
from sandbox.seed import SeedNames
from sandbox.testing import run_double, run_sandbox
from tests.sandbox.clients import client

DEMO_DOMAIN = "postroom.example"


@pytest.fixture(autouse=True)
def _no_other_aws():
    with changed_environment({"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "NO_PROXY": "127.0.0.1"}):
        yield


@pytest.fixture(scope="session")
def session_double():
    with run_double("--mailbox-kept", "200", "--verified", DEMO_DOMAIN) as double:
        yield double


@pytest.fixture
def double(session_double):
    """A double that has accepted nothing; postroom.example is verified; no quota that a test would reach."""
    session_double.reset()
    return session_double


@pytest.fixture
def ses(double):
    with client("sesv2", double.url) as made:
        yield made


@pytest.fixture(scope="session")
def session_sandbox():
    """Runs to the end, but its variables are not for tests that do not ask for them."""
    before = dict(os.environ)
    with run_sandbox(names=SeedNames()) as sandbox:
        for name in sandbox.environment:
            os.environ.pop(name)
        os.environ.update(before)
        yield sandbox


@pytest.fixture
def sandbox(session_sandbox):
    """moto and the double, seeded; this process's variables lead to them."""
    session_sandbox.reset()
    with changed_environment(session_sandbox.environment):
        yield session_sandbox


@pytest.fixture
def sandbox_client(sandbox):
    """Makes clients that the variables lead to the sandbox."""
    opened = []

    def make(service):
        manager = client(service)
        opened.append(manager)
        return manager.__enter__()

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)
