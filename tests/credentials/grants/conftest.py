from __future__ import annotations

import pytest

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
