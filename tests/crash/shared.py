"""What the processes of one test run make once and share, as making it takes many seconds."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


@contextmanager
def made_once(name: str, make: Callable[[Path], object]) -> Iterator[Path]:
    """A folder that the first process fills, while the others wait for it, and the last one removes."""
    home = Path(tempfile.gettempdir()) / f"postroom-{name}-{RUN}"
    with home.with_suffix(".used").open("w") as used:
        with _alone_with(home):
            if not home.exists():
                _fill(home, make)
            fcntl.flock(used, fcntl.LOCK_SH)
        try:
            yield home
        finally:
            with _alone_with(home) as lock, suppress(BlockingIOError):
                fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(home)
                for left in (lock, Path(used.name)):
                    left.unlink()


@contextmanager
def _alone_with(home: Path) -> Iterator[Path]:
    path = home.with_suffix(".lock")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path


def _fill(home: Path, make: Callable[[Path], object]) -> None:
    making = Path(tempfile.mkdtemp(prefix=f"{home.name}-"))
    making.chmod(0o755)  # the user who runs PostgreSQL passes through
    make(making)
    making.rename(home)
