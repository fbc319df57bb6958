from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.scene import migrated_server
from tests.lambda_workers.package import unzipped_package


@pytest.fixture(scope="session")
def package():
    """The package of the test stage, unzipped; LAMBDA_PACKAGE names one that was built before."""
    zipped = os.environ.get("LAMBDA_PACKAGE")
    with unzipped_package(zipped=Path(zipped) if zipped else None) as built:
        yield built


@pytest.fixture(scope="session")
def server():
    with migrated_server() as running:
        yield running
