"""One runtime of a function: awslambdaric in the unzipped package, with nothing else of this machine's Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.lambda_workers.runtime_api import Outcome, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNTIME_CLIENT = ("awslambdaric", "snapshot-restore-py", "simplejson")
START_S = 60


def take_runtime_client(folder: Path) -> Path:
    """The client that AWS's image brings along, in a folder of its own."""
    for name in RUNTIME_CLIENT:
        found = distribution(name)
        for file in found.files or ():
            source = Path(str(found.locate_file(file)))
            if ".." not in file.parts and source.is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / file)
    return folder


@dataclass(slots=True)
class Package:
    """The unzipped package and the client beside it."""

    root: Path
    client: Path

    def environment(self, function: str, variables: Mapping[str, str]) -> dict[str, str]:
        """As Lambda sets it; nothing is inherited but what leads to the sandbox."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            **variables,
            "PYTHONPATH": f"{self.root}:{self.client}",
            "LAMBDA_TASK_ROOT": str(self.root),
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "PYTHONDONTWRITEBYTECODE": "yes",
        }


@dataclass(slots=True)
class Runtime:
    """A process that takes one event after the other."""

    package: Package
    handler: str
    variables: Mapping[str, str]
    api: RuntimeApi = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)
    cold_start_s: float = 0.0

    def __post_init__(self) -> None:
        function = self.handler.rpartition(".")[2]
        self.api = RuntimeApi(function)
        environment = self.package.environment(function, self.variables)
        environment["AWS_LAMBDA_RUNTIME_API"] = self.api.address
        quiet = None if os.environ.get("CRASH_SHOW") else subprocess.DEVNULL
        started_s = time.monotonic()
        # -S: no site-packages of this machine; what is not in the package is not there.
        command = [_plain_python(), "-S", "-m", "awslambdaric", self.handler]
        self.process = subprocess.Popen(
            command, cwd=self.package.root, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
        )
        while not self.api.is_ready.wait(0.01):
            if self.has_ended() or time.monotonic() - started_s > START_S:
                raise RuntimeError(f"{self.handler} did not start; CRASH_SHOW=yes shows what it says")
        self.cold_start_s = time.monotonic() - started_s

    def invoke(self, event: Any, *, timeout_s: float = 60) -> Outcome:
        """Raises RuntimeEnded; a runtime that outlasts its time is killed, as on Lambda."""
        return self.api.invoke(event, timeout_s=timeout_s, has_ended=self.has_ended)

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> None:
        """At once, whatever it is doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.api.close()

    def resident_mb(self) -> float:
        """Memory that the process holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1024**2

    def processor_s(self) -> float:
        """Time that the process has computed, whatever else the machine did meanwhile."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plain_python() -> str:
    """The interpreter below a virtual environment."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
