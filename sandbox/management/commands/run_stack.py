"""`manage.py run_stack`: Postroom with its sandbox on this machine, until Ctrl-C."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sandbox.children import StackError
from sandbox.output import LabelledOutput
from sandbox.stack import USUAL_PORT, StackPlan, only_stack_on, plan_stack, run_stack


class Command(BaseCommand):
    """Prepares the database, starts everything, says where it is."""

    help = "Run Postroom with its sandbox on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"port of the portal (usually {USUAL_PORT})")
        parser.add_argument("--no-demo", action="store_true", help="start without demo data")

    def handle(self, *_args: Any, **options: Any) -> None:
        output = LabelledOutput()
        try:
            with only_stack_on(settings.DATA_DIR):
                plan = plan_stack(
                    port=options["port"] or USUAL_PORT,
                    data_dir=settings.DATA_DIR,
                    is_port_given=options["port"] is not None,
                )
                prepare(output)
                code = run_stack(plan, output, announce=lambda plan: announce(plan, output))
        except StackError as error:
            raise CommandError(str(error)) from error
        if code:
            sys.exit(code)


def prepare(output: LabelledOutput) -> None:
    """Bring the database and the static files up to date."""
    output.line("stack", "preparing the database")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def announce(plan: StackPlan, output: LabelledOutput) -> None:
    """Say where everything is."""
    output.box(
        [
            "Postroom is ready.",
            "",
            f"Portal    {plan.url}/admin/",
            f"Mailbox   {plan.mailbox_url}",
            "",
            "Ctrl-C stops everything.",
        ]
    )
