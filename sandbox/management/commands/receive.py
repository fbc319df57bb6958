"""`manage.py receive mail.eml --to a@b.example`: let a mail come in, as if SES had received it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from routing.inbound.headers import first_of, read_headers
from sandbox.receiving import InboundNames, Incoming, read_verdicts, receive_mail


class Command(BaseCommand):
    """Stores the mail in the bucket and tells the queue, with headers and notification of SES's shape."""

    help = "Let a mail come into the sandbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="an .eml file, or - for standard input")
        parser.add_argument("--to", action="append", required=True, metavar="ADDRESS", help="envelope recipient")
        parser.add_argument("--from", dest="sender", help="envelope sender; default: From of the mail, <> for none")
        parser.add_argument("--verdict", action="append", default=[], metavar="NAME=STATUS", help="e.g. spam=FAIL")
        parser.add_argument("--times", type=int, default=1, help="how many copies, each a mail of its own")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("Mail can only be let in where the sandbox runs.")
        raw = _content(options["file"])
        sender = (
            options["sender"] if options["sender"] is not None else parseaddr(first_of(read_headers(raw), "from"))[1]
        )
        try:
            verdicts = read_verdicts(options["verdict"])
            incoming = Incoming(raw, "" if sender == "<>" else sender, options["to"], verdicts)
            for _ in range(options["times"]):
                message_id = receive_mail(incoming, InboundNames.from_environment())
                self.stdout.write(f"received as {message_id}")
        except ValueError as error:
            raise CommandError(str(error)) from error
        except (BotoCoreError, ClientError, OSError) as error:
            raise CommandError(f"The sandbox does not answer ({error}); is `make run` running?") from error


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    path = Path(file)
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    return path.read_bytes()
