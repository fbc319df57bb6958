"""The double of Google for tests and proofs: a process of its own on a free port, steered over its control API."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from sandbox.asking import ask_control
from sandbox.gmail_double.double import LOG_FILE, Call
from sandbox.gmail_double.faults import FaultRequest
from sandbox.gmail_double.mailboxes import ImportLine
from sandbox.testing import run_server, whole_lines

USUAL_SCOPES = "openid email https://www.googleapis.com/auth/gmail.insert https://www.googleapis.com/auth/gmail.labels"


@dataclass(frozen=True, slots=True)
class GmailControl:
    """A running double of Google."""

    url: str
    data_dir: Path

    def settings(self) -> dict[str, str]:
        """Return the settings that lead the portal to it."""
        return gmail_environment(self.url)

    def grant(self, email: str, *, scope: str = USUAL_SCOPES, expires_in_s: float | None = None) -> str:
        """Return a refresh token, as a consent would give it."""
        asked = {"email": email, "scope": scope, "expires_in_s": expires_in_s}
        return str(self.ask("POST", "grants", asked)["refresh_token"])

    def revoke(self, email: str) -> None:
        """End the consents of an account, as its owner does."""
        self.ask("POST", "revoke", {"email": email})

    def add_fault(self, **fault: Unpack[FaultRequest]) -> None:
        """Put a fault in force; see `sandbox.gmail_double.faults`."""
        self.ask("POST", "faults", fault)

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self.ask("DELETE", "faults")

    def imports(self) -> list[ImportLine]:
        """Return the log of imports from its file, so even when the double is gone."""
        return [json.loads(line) for line in whole_lines(self.data_dir / LOG_FILE)]

    def mail(self, email: str = "") -> list[dict[str, Any]]:
        """Return what lies in the mailboxes, newest first, without the bytes."""
        return list(self.ask("GET", f"mail?email={email}" if email else "mail"))

    def raw(self, gmail_id: str) -> bytes:
        """Return one mail byte for byte."""
        return base64.b64decode(self.ask("GET", f"raw?id={gmail_id}")["raw"])

    def calls(self, operation: str = "") -> list[Call]:
        """Return the calls, oldest first, of one operation or of all."""
        return list(self.ask("GET", f"calls?operation={operation}" if operation else "calls"))

    def reset(self) -> None:
        """Forget mail, log, calls, faults and settings; accounts and consents stay."""
        self.ask("POST", "reset")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API. Raises ValueError with its reason when it refuses."""
        return ask_control(self.url, method, path, body)


def gmail_environment(url: str) -> dict[str, str]:
    """Return the variables that lead the portal to a double."""
    return {
        "GOOGLE_CLIENT_ID": "sandbox-client",
        "GOOGLE_CLIENT_SECRET": "sandbox-secret",
        "GOOGLE_AUTH_URL": f"{url}/o/oauth2/v2/auth",
        "GOOGLE_TOKEN_URL": f"{url}/token",
        "GOOGLE_REVOKE_URL": f"{url}/revoke",
        "GOOGLE_API_URL": url,
    }


@contextmanager
def run_gmail_double(*arguments: str, data_dir: Path | None = None) -> Iterator[GmailControl]:
    """Run the double on a free port, by default with a quota that no test reaches."""
    with tempfile.TemporaryDirectory(prefix="gmail-double-") as folder:
        kept_in = data_dir or Path(folder)
        defaults = ("--units-per-min", "0", "--data-dir", str(kept_in))
        with run_server("sandbox.gmail_double", *defaults, *arguments) as url:
            yield GmailControl(url, kept_in)
