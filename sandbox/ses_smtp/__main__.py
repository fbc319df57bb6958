"""`python -m sandbox.ses_smtp --iam http://127.0.0.1:4566 --ses http://127.0.0.1:8025`: SES's SMTP endpoint on loopback.

IAM users log in here with an access key's id and its SMTP password. Beside STARTTLS on one port there is TLS from the
first byte on another; the certificate, which clients must be told to believe, lies in the data directory.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
from functools import partial
from pathlib import Path

from sandbox.certificate import ensure_certificate
from sandbox.ses_smtp.endpoint import Endpoint, Places, SesSmtp
from sandbox.ses_smtp.login import LoginRules
from sandbox.smtp_serving import Listener, serve_listeners

MOST_MAIL_BYTES = 40 * 1024**2


def read_arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.ses_smtp", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="STARTTLS; 0 picks a free one")
    parser.add_argument("--tls-port", type=int, default=0, help="TLS from the first byte; 0 picks a free one")
    parser.add_argument("--iam", required=True, metavar="URL", help="of moto, whose users log in")
    parser.add_argument("--ses", required=True, metavar="URL", help="of the double of SES, which takes the mail")
    parser.add_argument("--data-dir", type=Path, required=True, help="where the certificate is kept")
    parser.add_argument("--new-key-s", type=float, default=0.0, help="a new key is not known for as long as this")
    return parser.parse_args()


def server_context(folder: Path) -> ssl.SSLContext:
    """Return what shows our certificate."""
    files = ensure_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context


def make_protocol(endpoint: Endpoint, context: ssl.SSLContext | None) -> SesSmtp:
    """Return what talks on one connection; without a context it is encrypted already."""
    return SesSmtp(
        endpoint,
        hostname="email-smtp.sandbox",
        ident="ESMTP SimpleEmailService-sandbox",
        data_size_limit=MOST_MAIL_BYTES,
        decode_data=False,
        enable_SMTPUTF8=True,
        tls_context=context,
        require_starttls=context is not None,
        auth_require_tls=context is not None,
        authenticator=endpoint.authenticate,
    )


def main() -> None:
    """Serve both ports until SIGTERM or Ctrl-C."""
    arguments = read_arguments()
    rules = LoginRules(arguments.iam, os.environ.get("AWS_REGION", "us-east-1"), arguments.new_key_s)
    endpoint = Endpoint(Places(rules, arguments.ses))
    context = server_context(arguments.data_dir)
    listeners = [
        Listener(partial(make_protocol, endpoint, context), arguments.port),
        Listener(partial(make_protocol, endpoint, None), arguments.tls_port, context),
    ]
    asyncio.run(serve_listeners(listeners, words="SMTP users log in on"))


if __name__ == "__main__":
    main()
