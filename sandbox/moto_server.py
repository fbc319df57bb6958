"""Run moto for S3, SQS, SNS, IAM and KMS: `python -m sandbox.moto_server --port 5000`. Loopback only."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from sandbox.access_keys import with_access_keys
from sandbox.moto_patches import apply_patches


class QuietHandler(MotoRequestHandler):
    """Serves without a line per request."""

    disable_nagle_algorithm = True  # or a body waits 40 ms for its head to be acknowledged

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def leave(*_: object) -> None:
    """End the process: moto keeps nothing worth saving."""
    sys.exit(0)


def serve(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; port 0 picks a free one."""
    apply_patches()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(
        "127.0.0.1",
        port,
        with_access_keys(DomainDispatcherApplication(create_backend_app)),
        threaded=True,
        request_handler=QuietHandler,
    )
    os.environ.setdefault("MOTO_PORT", str(server.server_port))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    sys.stdout.write(f"AWS stand-in (moto) on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.moto_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    serve(parser.parse_args().port)
