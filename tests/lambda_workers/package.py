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
        zipped = zipped or _built(home, stage)
        with zipfile.ZipFile(zipped) as package:
            package.extractall(home / "task")
        client = take_runtime_client(home / "client")
        shutil.copy(Path(__file__).parent / "short_leases.py", client)
        yield Package(home / "task", client)


def _built(home: Path, stage: str) -> Path:
    command = [sys.executable, "-m", "deploy.build", "--stage", stage, "--to", str(home), "--from-environment"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return home / f"postroom-{stage}.zip"
