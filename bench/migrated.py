"""Databases that hold Postroom's tables and nothing else: migrated once, then copied, as migrating takes seconds.

The copies lie in a folder that the benches of one run share; a bench that is run alone makes one of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.postgres import THROWAWAY, make_cluster, temporary_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER_VARIABLE = "POSTROOM_BENCH_MIGRATED"


def shared_folder() -> Path:
    """Where the migrated databases are kept, for this process and those that it starts; gone when it ends."""
    if _FOLDER_VARIABLE not in os.environ:
        folder = tempfile.mkdtemp(prefix="postroom-bench-migrated-")
        Path(folder).chmod(0o755)  # the user who runs PostgreSQL passes through
        os.environ[_FOLDER_VARIABLE] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(os.environ[_FOLDER_VARIABLE])


@contextmanager
def migrated_postgres(settings: Mapping[str, str] = THROWAWAY) -> Iterator[str]:
    """As temporary_postgres, with the tables in it."""
    home = shared_folder() / "postgresql"
    if not home.exists():
        making = Path(tempfile.mkdtemp(dir=home.parent))
        make_cluster(making, _migrate)
        making.rename(home)
    with temporary_server(settings, copied_from=home) as server:
        yield server.url


@contextmanager
def migrated_sqlite() -> Iterator[str]:
    """The URL of a file with the tables in it, erased at the end."""
    original = shared_folder() / "migrated.sqlite3"
    if not original.exists():
        making = original.with_suffix(".new")
        _migrate(f"sqlite:///{making}")
        making.rename(original)
    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder:
        shutil.copy(original, Path(folder) / "bench.sqlite3")
        yield f"sqlite:///{folder}/bench.sqlite3"


def _migrate(url: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SANDBOX": "yes",
        "ENV_FILE": os.devnull,
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": url,
        "DATA_DIR": str(shared_folder()),
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], env=environment, check=True)
