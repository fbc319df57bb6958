from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.scene import shared_server
from tests.crash.shared import made_once
from tests.lambda_workers.package import package_in, unzip_package


@pytest.fixture(scope="session")
def package():
    """The package of the test stage, unzipped; LAMBDA_PACKAGE names one that was built before."""
    zipped = os.environ.get("LAMBDA_PACKAGE")
    with made_once("package", lambda home: unzip_package(home, zipped=Path(zipped) if zipped else None)) as home:
        yield package_in(home)


@pytest.fixture(scope="session")
def server():
    with shared_server() as running:
        yield running
