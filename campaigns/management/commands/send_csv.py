"""`manage.py send_csv people.csv --subject … --template …`: a campaign to exactly the people of a file."""

from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from campaigns.importing.models import ContactImport
from campaigns.importing.wording import describe_problem
from campaigns.sending.console import BarShow, LineShow, Show, follow
from campaigns.sending.estimate import estimate
from campaigns.sending.from_file import (
    check_file,
    forget_check,
    import_people,
    letter_from,
    require_fit,
    start_from_file,
)
from campaigns.sending.models import Campaign
from campaigns.sending.progress import Progress
from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.errors import PortalError
from portal.mail.address import InvalidAddress, parse_address
from portal.whole_urls import whole_url
from portal.wording import format_count, format_duration

EXIT_SOME_FAILED = 3
EXIT_NO_NEWS = 4
EXIT_NOT_CONFIRMED = 5
SHOWN_PROBLEMS = 5
HELP = """Import a CSV file and send a campaign to exactly its people, while the running stack does the work.

Nothing is imported or sent before you say yes. Exit codes: 0 everything handled, 1 a mistake in what was given (nothing
was sent), 3 handled, but some failed, are uncertain, or it was paused or cancelled, 4 no worker answers (it goes on as
soon as one runs), 5 you did not say yes."""


class Command(BaseCommand):
    """Asks once, imports, sends, and follows until the campaign is done."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path, help="the CSV: one person a line, a header above")
        add("--template", required=True, help="a file (.md or .html) or the name of a saved template")
        add("--subject", default="", help="may hold fields, e.g. 'Hello {{ first_name }}'; default: the template's")
        add("--from", dest="sender", default="", help="'Name <address>'; default: DEFAULT_FROM_ADDRESS")
        add("--reply-to", default="")
        add("--name", default="", help="what the campaign is called in the portal")
        add("--list", dest="list_name", default="", help="put the people on this list, too")
        add("--tag", dest="tags", action="append", default=[], help="put this tag on the people (repeatable)")
        add("--consent", action="store_true", help="these people agreed to get mail from us (it is recorded)")
        add("--yes", action="store_true", help="do not ask")
        add("--json", dest="as_json", action="store_true", help="one JSON object at the end instead of words")
        add("--every", type=int, default=1000, help="without a terminal: a line each N people (default 1000)")
        add("--patience", type=float, default=120, help="give up watching after N seconds without news (default 120)")

    def handle(self, *_args: Any, **options: Any) -> None:
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.WARNING)  # the deeds' own log lines would run through the bar
        try:
            self._send(options)
        finally:
            logging.getLogger().setLevel(level)

    def _send(self, options: dict[str, Any]) -> None:
        try:
            letter = self._letter(options)
            checked = check_file(options["file"], tag_names=options["tags"], has_consent=options["consent"], actor=None)
            self._tell_problems(checked, options)
            self._confirm(letter, checked, options)
            people = import_people(checked, also_on=options["list_name"], actor=None)
            campaign = start_from_file(letter, checked, actor=None)
        except (PortalError, OSError) as error:
            raise CommandError(str(error)) from error
        self._follow(campaign, people, options)

    def _letter(self, options: dict[str, Any]) -> Campaign:
        letter = letter_from(options["template"], subject=options["subject"])
        letter.name = options["name"][:150]
        name, address = parseaddr(options["sender"]) if options["sender"] else ("", settings.DEFAULT_FROM_ADDRESS)
        if not address:
            raise CommandError("Say whom it comes from: --from 'Name <address>', or set DEFAULT_FROM_ADDRESS.")
        try:
            letter.from_name, letter.from_address = name, parse_address(address).address
            letter.reply_to = parse_address(options["reply_to"]).address if options["reply_to"] else ""
        except InvalidAddress as error:
            raise CommandError(f"“{error.text}”: {error}") from error
        return letter

    def _tell_problems(self, checked: ContactImport, options: dict[str, Any]) -> None:
        if options["as_json"]:
            return
        for problem in checked.problems[:SHOWN_PROBLEMS]:
            count = format_count(problem.get("count", 1))
            self.stderr.write(f"  {count} × {describe_problem(problem)} (e.g. line {problem.get('line', '?')})")

    def _confirm(self, letter: Campaign, checked: ContactImport, options: dict[str, Any]) -> None:
        try:
            self._require_yes(letter, checked, options)
        except (CommandError, PortalError):
            forget_check(checked)
            raise

    def _require_yes(self, letter: Campaign, checked: ContactImport, options: dict[str, Any]) -> None:
        people = checked.importable_count
        if not people:
            raise CommandError(f"{checked.file_name}: no row can be used, so nothing was imported or sent.")
        require_fit(letter, checked)
        if not options["yes"] and not self._says_yes(letter, people):
            raise CommandError("Nothing was imported, nothing was sent.", returncode=EXIT_NOT_CONFIRMED)

    def _says_yes(self, letter: Campaign, people: int) -> bool:
        expected = estimate(letter.account, people) if letter.account else None
        time_and_cost = f", about {format_duration(max(1, expected.duration_s))}" if expected else ""
        self.stderr.write(
            f"“{letter.subject}” from {letter.from_address} to {format_count(people)} people{time_and_cost}."
        )
        if not sys.stdin.isatty():
            self.stderr.write("Nobody is there to ask: add --yes to send without asking.")
            return False
        return input("Import them and send? [y/N] ").strip().lower() in {"y", "yes"}

    def _follow(self, campaign: Campaign, people: int, options: dict[str, Any]) -> None:
        address = whole_url(reverse("admin:campaigns_campaign_progress", args=[campaign.pk]))
        self.stderr.write(f"{format_count(people)} people imported. It is leaving; watch it at {address}")
        try:
            with self._show(options) as show:
                campaign, now = follow(campaign.pk, show, patience_s=options["patience"])
        except KeyboardInterrupt as error:
            raise CommandError(f"It goes on without this window. Pause or cancel it at {address}") from error
        self._tell_end(campaign, now, address, options)

    def _show(self, options: dict[str, Any]) -> Show:
        if not options["as_json"] and sys.stdout.isatty():
            return BarShow(sys.stdout)
        return LineShow(sys.stderr if options["as_json"] else sys.stdout, every=options["every"])

    def _tell_end(self, campaign: Campaign, now: Progress, address: str, options: dict[str, Any]) -> None:
        if options["as_json"]:
            self.stdout.write(json.dumps(_as_dict(campaign, now, address)))
        else:
            counts = (f"{format_count(count)} {state.label}" for state, count in now.states.items() if count)
            self.stdout.write(f"{campaign.get_status_display()}: {', '.join(counts) or 'nothing sent yet'}")
            for cause in now.causes[:SHOWN_PROBLEMS]:
                self.stdout.write(f"  {format_count(cause.people)} × {cause.reason.label}: {cause.what_next}")
        if code := _exit_code(campaign, now):
            raise SystemExit(code)


def _exit_code(campaign: Campaign, now: Progress) -> int:
    if campaign.status in {CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS} and not now.is_final:
        return EXIT_NO_NEWS
    failed = now.states[DeliveryState.REFUSED] + now.states[DeliveryState.UNCERTAIN]
    return EXIT_SOME_FAILED if failed or campaign.status != CampaignStatus.COMPLETED else 0


def _as_dict(campaign: Campaign, now: Progress, address: str) -> dict[str, object]:
    return {
        "campaign_id": campaign.pk,
        "status": campaign.status,
        "url": address,
        "total": now.total,
        "states": {state.name.lower(): count for state, count in now.states.items()},
        "causes": [
            {"state": cause.state.name.lower(), "reason": cause.reason.name.lower(), "people": cause.people}
            for cause in now.causes
        ],
    }
