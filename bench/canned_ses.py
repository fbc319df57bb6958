"""A stand-in for SES that costs next to nothing: nginx with two canned answers, so that only our own work is measured."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 50

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_max_body_size 10m;
  client_body_buffer_size 4m;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  keepalive_requests 1000000;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port};
    location /v2/email/outbound-bulk-emails {{ return 200 '{bulk}'; }}
    location /v2/email/outbound-emails {{ return 200 '{{"MessageId":"0100019a-canned"}}'; }}
  }}
}}
"""


@contextmanager
def canned_ses() -> Iterator[str]:
    """Run nginx on a free port of loopback; yields its address. Raises FileNotFoundError without nginx."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    home = Path(tempfile.mkdtemp(prefix="canned-ses-"))
    home.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    bulk = json.dumps({"BulkEmailEntryResults": [{"Status": "SUCCESS", "MessageId": "0100019a-canned"}] * ENTRIES})
    (home / "nginx.conf").write_text(_CONFIGURATION.format(home=home, port=port, bulk=bulk))
    server = subprocess.Popen([program, "-c", str(home / "nginx.conf"), "-p", str(home)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(port: int) -> None:
    for _try in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx did not start")
