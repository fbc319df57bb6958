"""`manage.py replay_events FILE...`: events of SES from an archive, applied once more."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.sending.events import apply_events
from portal.wording import format_count

BATCH = 500


class Command(BaseCommand):
    """Harmless to repeat: an event that is known changes nothing."""

    help = (
        "Apply events of SES once more from files, one JSON a line, as a second subscription of the topic or Amazon Data "
        "Firehose kept them; for after a backup was restored. '-' reads standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", help="files of events, one JSON a line")

    def handle(self, *_args: Any, files: list[str], **_options: Any) -> None:
        applied = unchanged = unknown = unreadable = 0
        for batch in in_batches(_lines(files)):
            report = apply_events(batch)
            applied += report.applied
            unchanged += report.unchanged
            unknown += report.unknown
            unreadable += report.unreadable
            if report.others_error is not None:
                raise CommandError("Mail of SMTP users could not be counted: see the log, then replay all once more.")
        self.stdout.write(
            f"{format_count(applied)} applied, {format_count(unchanged)} changed nothing, "
            f"{format_count(unknown)} of no message here, {format_count(unreadable)} not readable"
        )


def in_batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lists of at most BATCH lines."""
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(names: list[str]) -> Iterator[str]:
    for name in names:
        try:
            with sys.stdin if name == "-" else Path(name).open(encoding="utf-8") as file:
                yield from (line.strip() for line in file if line.strip())
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}") from error
