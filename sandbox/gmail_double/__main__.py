"""Run the double: `python -m sandbox.gmail_double --port 8026 --data-dir var/sandbox`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.gmail_double.double import Double
from sandbox.gmail_double.server import DoubleServer
from sandbox.http_serving import kept_in, serve_until_signal

STANDING = "1//sandbox-"  # what the refresh tokens of standing consents begin with; their account follows
SCOPE = "openid email https://www.googleapis.com/auth/gmail.insert https://www.googleapis.com/auth/gmail.labels"


def read_arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.gmail_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--data-dir", type=Path, help="without: kept until the end only")
    parser.add_argument("--units-per-min", type=int, default=15_000, help="quota of a mailbox; 0 = none")
    parser.add_argument("--accounts", nargs="*", default=[], metavar="ADDRESS")
    parser.add_argument("--consents", nargs="*", default=[], metavar="ADDRESS:SECONDS", help="0: the end is not told")
    return parser.parse_args()


def serve(arguments: argparse.Namespace, data_dir: Path) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    double = Double(data_dir)
    double.quota.units_per_min = arguments.units_per_min
    for email in arguments.accounts:
        double.accounts.add(email)
    for asked in arguments.consents:
        email, _, lasts_s = asked.rpartition(":")
        double.accounts.keep_standing(email, STANDING + email, SCOPE, expires_in_s=float(lasts_s) or None)
    server = DoubleServer(double, port=arguments.port)
    serve_until_signal(server, f"Gmail double on {server.url}, mailboxes at {server.url}/gmail/")
    double.stop()


def main() -> None:
    """Run with the data directory asked for, or one that goes afterwards."""
    arguments = read_arguments()
    with kept_in(arguments.data_dir, prefix="gmail-double-") as folder:
        serve(arguments, folder)


if __name__ == "__main__":
    main()
