"""The package that Zappa builds, unzipped: once for a run of tests or proofs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sandbox.processes import ROOT
from tests.lambda_workers.runtime import Package, take_runtime_client

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unzipped_package(stage: str = "test", *, zipped: Path | None = None) -> Iterator[Package]:
    """Built from the packages installed here, which are for this Python: some seconds, no network.

    `zipped`: a package that was built before.
    """
    with TemporaryDirectory(prefix="postroom-package-") as folder:
        home = Path(folder)
        unzip_package(home, stage, zipped=zipped)
        yield package_in(home)


def unzip_package(home: Path, stage: str = "test", *, zipped: Path | None = None) -> None:
    """Fill an empty folder with the package and the client that AWS's image brings along."""
    with (
        TemporaryDirectory(prefix="postroom-build-") as folder,
        zipfile.ZipFile(zipped or _built(folder, stage)) as package,
    ):
        package.extractall(home / "task")
    client = take_runtime_client(home / "client")
    shutil.copy(Path(__file__).parent / "short_leases.py", client)


def package_in(home: Path) -> Package:
    """What unzip_package left there."""
    return Package(home / "task", home / "client")


def _built(folder: str, stage: str) -> Path:
    command = [sys.executable, "-m", "deploy.build", "--stage", stage, "--to", folder, "--from-environment"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Path(folder) / f"postroom-{stage}.zip"
