"""Run the double: `python -m sandbox.ses_double --port 5010 --data-dir var/sandbox`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sandbox.http_serving import kept_in, serve_until_signal
from sandbox.ses_double.double import Double, DoubleSettings
from sandbox.ses_double.name_server import NameServer
from sandbox.ses_double.quota import QuotaSettings
from sandbox.ses_double.server import DoubleServer

PROGRAM = "python -m sandbox.ses_double"


def read_arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--data-dir", type=Path, help="without: kept until the end only")
    parser.add_argument("--no-mailbox", action="store_true")
    parser.add_argument("--mailbox-kept", type=int, default=20_000, metavar="MAILS")
    parser.add_argument("--max-send-rate", type=float, default=14.0, metavar="PER_S")
    parser.add_argument("--max-24-hour-send", type=float, default=50_000.0)
    parser.add_argument("--tolerance-s", type=float, default=0.25)
    parser.add_argument("--verified", nargs="*", default=[], metavar="IDENTITY")
    parser.add_argument("--dns-port", type=int, default=0, help="a name server on loopback; without: no DNS is played")
    parser.add_argument("--published", nargs="*", default=[], metavar="DOMAIN", help="whose DNS records are written")
    parser.add_argument("--half-published", nargs="*", default=[], metavar="DOMAIN", help="with mistakes")
    parser.add_argument("--door-port", type=int, default=0, help="SMTP on loopback that takes mail to verified domains")
    return parser.parse_args()


def serve(arguments: argparse.Namespace, data_dir: Path) -> None:
    """Serve until SIGTERM or Ctrl-C, then write what waits."""
    quota = QuotaSettings(arguments.max_send_rate, arguments.max_24_hour_send, arguments.tolerance_s)
    kept_count = 0 if arguments.no_mailbox else arguments.mailbox_kept
    region = os.environ.get("AWS_REGION", "us-east-1")
    door = ("127.0.0.1", arguments.door_port) if arguments.door_port else None
    published, half = frozenset(arguments.published), frozenset(arguments.half_published)
    double = Double(DoubleSettings(data_dir, region, kept_count, quota, door, published, half))
    for name in arguments.verified:
        double.account.add_identity(name, is_verified=True)
    server = DoubleServer(double, port=arguments.port)
    name_server = NameServer(double.names, port=arguments.dns_port) if arguments.dns_port else None
    double.start()
    if name_server:
        name_server.start()
    serve_until_signal(server, f"Amazon SES double on {server.url}, mailbox at {server.url}/mailbox/")
    if name_server:
        name_server.stop()
    double.stop()


def main() -> None:
    """Run with the data directory asked for, or one that goes afterwards."""
    arguments = read_arguments()
    with kept_in(arguments.data_dir, prefix="ses-double-") as folder:
        serve(arguments, folder)


if __name__ == "__main__":
    main()
