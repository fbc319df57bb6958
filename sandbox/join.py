"""Lets `manage.py` on another terminal work with the stack that runs on the same data.

The running stack leaves its variables in DATA_DIR/sandbox/environment.json. Without it a command would look for real
AWS; with it, and even when the stack has died since, it finds loopback only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = Path("sandbox") / "environment.json"
# Beside all of AWS: what must be the same for work on the same data.
SHARED = (
    "SANDBOX",
    "DATABASE_URL",
    "DATA_DIR",
    "SECRET_KEY",
    "QUEUE_PREFIX",
    "FILES_BUCKET",
    "UPLOADS_BUCKET",
    "INBOUND_BUCKET",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_AUTH_URL",
    "GOOGLE_TOKEN_URL",
    "GOOGLE_REVOKE_URL",
    "GOOGLE_API_URL",
    "PUBLIC_URL",
    "SANDBOX_MAILBOX_URL",
    "SES_SMTP_HOST",
    "SES_SMTP_PORT",
    "SES_SMTP_TLS_PORT",
    "SMTP_CA_FILE",
    "DEFAULT_FROM_ADDRESS",
    "NO_PROXY",
    "no_proxy",
)


@contextmanager
def joinable(data_dir: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Leave the stack's variables beside its data while the block runs."""
    path = data_dir / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    shared = {name: value for name, value in environment.items() if name.startswith("AWS_") or name in SHARED}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(shared, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def join_running_stack() -> bool:
    """Take over the variables of the stack on our data, if one runs; tell whether one does.

    Variables that were set by hand win, except those of AWS: no command may mix the sandbox with a real account.
    SANDBOX=no keeps a command out of it.
    """
    path = Path(os.environ.get("DATA_DIR") or ROOT / "var") / FILE
    if not path.is_file() or os.environ.get("SANDBOX", "yes").lower() in {"no", "false", "off", "0", ""}:
        return False
    shared: dict[str, str] = json.loads(path.read_text())
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    for name, value in shared.items():
        if name.startswith("AWS_"):
            os.environ[name] = value
        else:
            os.environ.setdefault(name, value)
    return True
