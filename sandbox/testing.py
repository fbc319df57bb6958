"""The sandbox for tests and benches: moto and the double as processes of their own, on free ports.

with run_sandbox() as sandbox:
    sandbox.set_quota(max_send_rate=100)
    sandbox.add_fault(kind="drop_reply", count=3)
    ... run code with `sandbox.environment` ...
    assert len(sandbox.accepted()) == 5_000
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

from sandbox.asking import ask_control
from sandbox.certificate import certificate_files
from sandbox.environment import aws_environment, changed_environment, clean_environment, smtp_environment
from sandbox.processes import start_child, stop_child
from sandbox.seed import SeedNames, seed
from sandbox.ses_double.calls import Call
from sandbox.ses_double.faults import FaultRequest
from sandbox.ses_double.wire import LogLine


@dataclass(frozen=True, slots=True)
class DoubleControl:
    """A running double, steered over its control API."""

    url: str
    data_dir: Path

    def add_fault(self, **fault: Unpack[FaultRequest]) -> None:
        """Put a fault in force; see `sandbox.ses_double.faults`."""
        self.ask("POST", "faults", fault)

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self.ask("DELETE", "faults")

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults in force and how often each struck."""
        return list(self.ask("GET", "faults")["faults"])

    def set_quota(self, **changes: float | bool | str) -> None:
        """Change quota settings; see `sandbox.ses_double.quota.QuotaSettings`."""
        self.ask("POST", "quota", changes)

    def set_events(self, **changes: float | bool) -> None:
        """Change how events are published; see `sandbox.ses_double.publisher.EventSettings`."""
        self.ask("POST", "events", changes)

    def events_waiting_count(self) -> int:
        """Return how many events have not reached their topic."""
        return int(self.ask("GET", "events")["waiting_count"])

    def advance_clock(self, seconds: float) -> None:
        """Move the double's clock forward."""
        self.ask("POST", "clock", {"advance_s": seconds})

    def verify(self, identity: str) -> None:
        """Make a domain or an address a verified identity."""
        self.ask("POST", "identities", {"identity": identity})

    def accepted(self, *, after: int = 0) -> list[LogLine]:
        """Return the acceptance log from its file, so even when the double is gone."""
        return [json.loads(line) for line in whole_lines(self.data_dir / "acceptance.jsonl")[after:]]

    def calls(self, operation: str = "") -> list[Call]:
        """Return the API calls, oldest first, of one operation or of all."""
        query = f"?operation={operation}" if operation else ""
        return list(self.ask("GET", f"calls{query}"))

    def reset(self) -> None:
        """Forget mail, log, calls, faults and settings; identities and sets stay."""
        self.ask("POST", "reset")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API. Raises ValueError with its reason when it refuses."""
        return ask_control(self.url, method, path, body)


@dataclass(frozen=True, slots=True)
class Sandbox(DoubleControl):
    """A double together with moto; `environment` is for the processes that use them."""

    environment: dict[str, str] = field(default_factory=dict)


def whole_lines(log: Path) -> list[bytes]:
    """Return the lines of a file, without one that is being written at this moment."""
    return log.read_bytes().split(b"\n")[:-1]


@contextmanager
def run_moto() -> Iterator[str]:
    """Run moto on a free port and give its address; queues may be purged as often as a test likes."""
    often = {"MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR": "false"}
    with run_server("sandbox.moto_server", environment=often) as url:
        yield url


@contextmanager
def run_double(
    *arguments: str, data_dir: Path | None = None, environment: dict[str, str] | None = None
) -> Iterator[DoubleControl]:
    """Run the double on a free port, by default with no mailbox and a rate no test reaches."""
    with tempfile.TemporaryDirectory(prefix="ses-double-") as folder:
        kept_in = data_dir or Path(folder)
        defaults = ("--max-send-rate", "1000000", "--max-24-hour-send", "-1", "--data-dir", str(kept_in))
        mailbox = () if "--mailbox-kept" in arguments else ("--no-mailbox",)
        with run_server("sandbox.ses_double", *defaults, *mailbox, *arguments, environment=environment) as url:
            yield DoubleControl(url, kept_in)


@contextmanager
def run_sandbox(*arguments: str, data_dir: Path | None = None, names: SeedNames | None = None) -> Iterator[Sandbox]:
    """Run moto and the double, seeded; their addresses are in this process's environment until the end."""
    names = names or SeedNames.from_environment()
    with run_moto() as moto_url:
        environment = aws_environment(moto_url, names.region)
        with run_double(*arguments, data_dir=data_dir, environment=environment) as double:
            environment["AWS_ENDPOINT_URL_SESV2"] = environment["AWS_ENDPOINT_URL_SES"] = double.url
            with changed_environment(environment):
                seed(names)
                yield Sandbox(double.url, double.data_dir, environment)


@dataclass(frozen=True, slots=True)
class SmtpEndpoint:
    """A running SMTP endpoint; `certificate` is what clients must believe."""

    port: int
    tls_port: int
    certificate: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that lead the portal to it."""
        return smtp_environment(self.port, self.tls_port, self.certificate)


@contextmanager
def run_smtp_endpoint(sandbox: Sandbox, *arguments: str) -> Iterator[SmtpEndpoint]:
    """Run SES's SMTP endpoint beside a sandbox, on free ports."""
    urls = ("--iam", sandbox.environment["AWS_ENDPOINT_URL_IAM"], "--ses", sandbox.url)
    options = (*urls, "--data-dir", str(sandbox.data_dir), *arguments)
    server = start_child(["-m", "sandbox.ses_smtp", *options], {**clean_environment(), **sandbox.environment})
    try:
        line = server.stdout.readline() if server.stdout else ""
        ports = [int(port) for port in re.findall(r"smtps?://[\d.]+:(\d+)", line)]
        if not ports:
            raise RuntimeError(f"The endpoint did not start: {line.strip() or 'it ended without a word'}")
        yield SmtpEndpoint(ports[0], ports[1], certificate_files(sandbox.data_dir).certificate)
    finally:
        stop_child(server)
        if server.stdout:
            server.stdout.close()


@contextmanager
def run_server(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run a sandbox server until the end of the block and give the address that it printed."""
    server = start_child(["-m", module, *arguments], {**clean_environment(), **(environment or {})})
    try:
        yield read_address(server)
    finally:
        stop_child(server)
        if server.stdout:
            server.stdout.close()


def read_address(server: subprocess.Popen[str]) -> str:
    """Return the first address in the server's first line. Raises RuntimeError when it ends instead."""
    line = server.stdout.readline() if server.stdout else ""
    address = next((word.rstrip(",") for word in line.split() if word.startswith(("http://", "smtp://"))), None)
    if address is None:
        message = f"The server did not start: {line.strip() or 'it ended without a word'}"
        raise RuntimeError(message)
    return address
