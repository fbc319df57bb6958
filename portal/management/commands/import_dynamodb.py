"""`manage.py import_dynamodb`: what the DynamoDB tables of an older system hold, first as a plan, then brought in."""

from __future__ import annotations

import csv
import os
import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaigns.older.contacts import ContactMove
from campaigns.older.messages import MessageMove
from credentials.older.smtp_users import SmtpUserMove
from portal.aws.dynamodb import scan
from portal.errors import InvalidInput, OutsideError, PortalError
from portal.formula_guard import guard
from portal.older.exports import read_export
from portal.older.rows import OldRow, Outcome, Planned, read_row
from routing.older.rules import RuleMove

EXIT_SOME_REFUSED = 3
SHOWN_ROWS = 20
PLAN_COLUMNS = ("what", "table", "key", "outcome", "reason")
HELP = """Bring in what the DynamoDB tables of an older system hold. Nothing is ever written to the tables.

Without --apply only a plan is made: counts here, every row in the CSV. Each source is the name of a table (read from
AWS as it is now) or an export: a file or a folder, as DynamoDB exports to S3 or `aws dynamodb scan` prints. It may run
again: what is here already stays as it is. Exit codes: 0 all of it, 1 nothing could be read, 3 some rows were refused."""
_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class Move(Protocol):
    """How one kind of rows moves: planned first, and then brought in."""

    def plan(self, rows: Iterable[OldRow]) -> Iterator[Planned]:
        """Say of each row what is to become of it."""

    def apply(self) -> Iterator[Planned]:
        """Bring in what was planned; yields what could not be."""


class Command(BaseCommand):
    """Plans, tells, and with --apply brings in."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--contacts", default="", metavar="SOURCE", help="table or export of contacts")
        add("--campaigns", default="", metavar="SOURCE", help="table or export of campaigns; they become templates")
        add("--routing", default="", metavar="SOURCE", help="table or export with routing rules and SMTP users")
        add("--apply", action="store_true", help="bring in; without it nothing is changed")
        add("--replace", action="store_true", help="what differs here becomes as the tables say")
        add("--plan", type=Path, help="where the CSV goes; default: older-systems-plan.csv in DATA_DIR")
        add("--kms-context", action="append", default=[], metavar="NAME=VALUE", help="of the encrypted passwords")
        add("--smtp-region", default="", help="where the SMTP users log in; default: AWS_REGION")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (options["contacts"] or options["campaigns"] or options["routing"]):
            raise CommandError("Name at least one source: --contacts, --campaigns or --routing.")
        path = options["plan"] or settings.DATA_DIR / "older-systems-plan.csv"
        contacts = ContactMove(replaces=options["replace"], folder=settings.DATA_DIR)
        try:
            with _private(path) as stream:
                refused = self._move(contacts, _Told(stream), options)
        except (PortalError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            contacts.forget()
        self.stdout.write(f"Every row and its reason: {path}")
        if not options["apply"]:
            self.stdout.write("This was the plan: nothing was changed. Add --apply to bring it in.")
        if refused:
            raise SystemExit(EXIT_SOME_REFUSED)

    def _move(self, contacts: ContactMove, told: _Told, options: dict[str, Any]) -> int:
        """Plan all before anything is brought in; the number of rows that were refused."""
        moves = self._planned(contacts, told, options)
        self._tell_counts(told)
        if options["apply"]:
            before = told.refused_count
            for move in moves:
                told.note_all(move.apply())
            self.stdout.write(f"Brought in. Refused meanwhile: {told.refused_count - before}.")
        for planned in told.refused:
            self.stderr.write(f"  {planned.row.place}: {planned.row.key}: {planned.reason}")
        if told.refused_count > len(told.refused):
            self.stderr.write(f"  … and {told.refused_count - len(told.refused)} more in the CSV")
        return told.refused_count

    def _planned(self, contacts: ContactMove, told: _Told, options: dict[str, Any]) -> list[Move]:
        """What can stop mail and what it needs go first."""
        replaces = options["replace"]
        moves: list[Move] = []
        if options["contacts"]:
            told.note_all(contacts.plan(told.sound(_rows_from(options["contacts"]), "contact")))
            moves.append(contacts)
        if options["campaigns"]:
            messages = MessageMove(replaces=replaces)
            told.note_all(messages.plan(told.sound(_rows_from(options["campaigns"]), "message")))
            moves.append(messages)
        if options["routing"]:
            rules = RuleMove(replaces=replaces)
            context = _context(options["kms_context"])
            users = SmtpUserMove(replaces=replaces, kms_context=context, region=options["smtp_region"])
            routes, logins = told.parted(told.sound(_rows_from(options["routing"]), "row"))
            told.note_all(rules.plan(routes))
            told.note_all(users.plan(logins))
            moves += [rules, users]
        return moves

    def _tell_counts(self, told: _Told) -> None:
        for kind in sorted({kind for kind, _outcome in told.counts}):
            counts = (f"{told.counts[kind, outcome]} {outcome}" for outcome in Outcome if told.counts[kind, outcome])
            self.stdout.write(f"{kind}: {', '.join(counts)}")


class _Told:
    """What was said of the rows: all in the CSV, the counts, and the first that were refused."""

    def __init__(self, stream: IO[str]) -> None:
        self.counts: Counter[tuple[str, Outcome]] = Counter()
        self.refused: list[Planned] = []
        self._writer = csv.writer(stream)
        self._writer.writerow(PLAN_COLUMNS)

    @property
    def refused_count(self) -> int:
        return sum(count for (_kind, outcome), count in self.counts.items() if outcome is Outcome.REFUSED)

    def note_all(self, planned: Iterable[Planned]) -> None:
        """Write down each."""
        for one in planned:
            self.counts[one.kind, one.outcome] += 1
            if one.outcome is Outcome.REFUSED and len(self.refused) < SHOWN_ROWS:
                self.refused.append(one)
            cells = (one.kind, one.row.place, one.row.key, one.outcome, one.reason)
            self._writer.writerow([guard(str(cell)) for cell in cells])

    def sound(self, rows: Iterable[OldRow], kind: str) -> Iterator[OldRow]:
        """The rows that can be read; the others are refused."""
        for row in rows:
            if row.problem:
                self.note_all([Planned(row, kind, Outcome.REFUSED, row.problem)])
            else:
                yield row

    def parted(self, rows: Iterable[OldRow]) -> tuple[list[OldRow], list[OldRow]]:
        """Rules and SMTP users; what the older system only noted for a while is left out, what is unknown refused."""
        routes: list[OldRow] = []
        logins: list[OldRow] = []
        for row in rows:
            kind = row.text("PK").partition("#")[0]
            if kind == "ROUTE":
                routes.append(row)
            elif kind == "SMTP_USER":
                logins.append(row)
            elif kind == "CANARY":
                self.note_all([Planned(row, "row", Outcome.LEFT_OUT, "Noted by the older system's own test mail.")])
            else:
                reason = "Neither a rule (ROUTE#…) nor an SMTP user (SMTP_USER). Is this the right table?"
                self.note_all([Planned(row, "row", Outcome.REFUSED, reason)])
        return routes, logins


def _rows_from(source: str) -> Iterator[OldRow]:
    path = Path(source)
    if path.exists():
        return read_export(path)
    if not _TABLE_NAME.fullmatch(source):
        raise InvalidInput(f"There is no file or folder {source}, and no table can be called so.")
    return _rows_of_table(source)


def _rows_of_table(name: str) -> Iterator[OldRow]:
    try:
        for item in scan(name):
            yield read_row(f"table {name}", item)
    except OutsideError as error:
        raise InvalidInput(f"The table {name} in {settings.AWS_REGION} cannot be read: {error}") from error


def _context(pairs: Iterable[str]) -> dict[str, str]:
    parts = [pair.partition("=") for pair in pairs]
    if not all(name and sign for name, sign, _value in parts):
        raise CommandError("--kms-context is written as NAME=VALUE.")
    return {name: value for name, _sign, value in parts}


def _private(path: Path) -> IO[str]:
    """A new file that only this user may read: it names people."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8", newline="")
