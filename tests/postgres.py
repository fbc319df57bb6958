"""A PostgreSQL server of our own, for as long as a test run or a bench lasts; it needs only PostgreSQL's programs.

with temporary_postgres() as url: ...           in Python
python -m tests.postgres pytest tests           a command with DATABASE_URL and TEST_DATABASE_URL set
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ADMIN = "postroom"
# Nothing here outlives the run, so nothing needs to survive a power cut.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissing(RuntimeError):
    """PostgreSQL's server programs are not installed."""


def find_programs() -> Path:
    """The folder that holds `initdb` and `postgres`, the newest version first.

    Raises PostgresMissing where there is none.
    """
    on_path = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    homes = [path.parent for path in reversed(versions)] + ([Path(on_path).parent] if on_path else [])
    if not homes:
        raise PostgresMissing("PostgreSQL's programs are not installed (Debian: apt-get install postgresql)")
    return homes[0]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url` names its database, which is empty at first."""

    url: str
    control: list[str]  # pg_ctl, up to its deed
    home: Path
    owner: str

    def restart(self) -> None:
        """End it at once, as when its machine stops, and start it again; connections break, commits stay."""
        _control([*self.control, "-m", "immediate", "restart"], self.home, self.owner)

    def copy_of(self, template: str, name: str) -> str:
        """The URL of a new database, a copy of `template`, to which nobody may be connected."""
        address = self.url.rpartition("/")[0]
        with psycopg.connect(f"{address}/template1".replace("postgres://", "postgresql://"), autocommit=True) as asking:
            asking.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))
        return f"{address}/{name}"


@contextmanager
def temporary_postgres(settings: Mapping[str, str] = THROWAWAY) -> Iterator[str]:
    """Start a server on loopback with an empty database and yield its URL; stop and erase it afterwards.

    `settings` are postgresql.conf names and values; pass {} for those of production. PostgreSQL refuses to run as
    root, so root starts it as the user `postgres`.
    """
    with temporary_server(settings) as server:
        yield server.url


@contextmanager
def temporary_server(settings: Mapping[str, str] = THROWAWAY, *, copied_from: Path | None = None) -> Iterator[Server]:
    """As temporary_postgres, for those who restart it or need several databases.

    `copied_from` is the home that make_cluster has filled: making a server anew takes seconds.
    """
    programs, owner = find_programs(), _owner()
    home = Path(tempfile.mkdtemp(prefix="postroom-pg-"))
    try:
        password = _copy_cluster(copied_from, home, owner) if copied_from else _make_cluster(programs, home, owner)
        with _running_server(programs, home, owner, settings) as (port, control):
            yield Server(_url(password, port), control, home, owner)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def make_cluster(home: Path, fill: Callable[[str], None]) -> None:
    """Make a cluster in `home`, an empty folder, have its database filled over the URL, and shut it down."""
    programs, owner = find_programs(), _owner()
    password = _make_cluster(programs, home, owner)
    with _running_server(programs, home, owner, THROWAWAY, ends="fast") as (port, _control):
        fill(_url(password, port))


def _owner() -> str:
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def _url(password: str, port: int) -> str:
    return f"postgres://{ADMIN}:{password}@127.0.0.1:{port}/postgres"


def _copy_cluster(source: Path, home: Path, owner: str) -> str:
    shutil.chown(home, owner)
    subprocess.run(["cp", "-a", str(source / "cluster"), str(home)], check=True)
    return (source / "password").read_text()


def _make_cluster(programs: Path, home: Path, owner: str) -> str:
    password = secrets.token_hex(16)
    (home / "password").write_text(password)
    for path in (home, home / "password"):
        shutil.chown(path, owner)
    command = [str(programs / "initdb"), "-D", str(home / "cluster"), "-U", ADMIN, "--pwfile", str(home / "password")]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*command, *options], check=True, cwd=home, stdout=subprocess.DEVNULL, **_as_user(owner))
    return password


@contextmanager
def _running_server(
    programs: Path, home: Path, owner: str, settings: Mapping[str, str], *, ends: str = "immediate"
) -> Iterator[tuple[int, list[str]]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    wanted = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(home), **settings}
    options = " ".join(f"-c {name}='{value}'" for name, value in wanted.items())
    control = [str(programs / "pg_ctl"), "-D", str(home / "cluster"), "-w", "-l", str(home / "log")]
    _control([*control, "-o", options, "start"], home, owner)
    try:
        yield port, control
    finally:
        _control([*control, "-m", ends, "stop"], home, owner)


def _control(command: list[str], home: Path, owner: str) -> None:
    """Run pg_ctl; on failure say what the server wrote to its log."""
    done = subprocess.run(command, cwd=home, check=False, capture_output=True, text=True, **_as_user(owner))
    if done.returncode:
        log = home / "log"
        raise RuntimeError(f"{done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}")


def _as_user(owner: str) -> dict[str, Any]:
    return {"user": owner, "group": owner, "extra_groups": []} if os.geteuid() == 0 else {}


def main() -> int:
    """Run the command given as arguments with a server of its own; returns the command's exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped then, too
    with temporary_postgres() as url:
        variables = {**os.environ, "DATABASE_URL": url, "TEST_DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], check=False, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
