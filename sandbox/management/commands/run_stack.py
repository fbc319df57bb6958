"""`manage.py run_stack`: Postroom with its sandbox on this machine, until Ctrl-C."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from sandbox.children import StackError
from sandbox.demo.build import is_empty
from sandbox.demo.login import ensure_login
from sandbox.demo.mail_at_start import let_fresh_mail_in, put_past_mail
from sandbox.demo.relay import ensure_relay
from sandbox.demo.sending_domains import ensure_sending_domains
from sandbox.environment import changed_environment
from sandbox.output import LabelledOutput
from sandbox.stack import USUAL_PORT, StackPlan, only_stack_on, plan_stack, run_stack, stack_environment

LAST_PORT = 65535


def port_number(text: str) -> int:
    """Read a port from the command line."""
    if text.isdecimal() and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT}, not {text!r}")


class Command(BaseCommand):
    """Prepares the database, starts everything, says where it is."""

    help = "Run Postroom with its sandbox on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port_number, help=f"port of the portal (usually {USUAL_PORT})")
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
                is_new = prepare(output, has_demo=not options["no_demo"], relay_port=plan.relay_port)
                code = run_stack(plan, output, announce=lambda plan: _ready(plan, output, is_new=is_new))
        except StackError as error:
            raise CommandError(str(error)) from error
        if code:
            sys.exit(code)


def prepare(output: LabelledOutput, *, has_demo: bool, relay_port: int) -> bool:
    """Bring database and static files up to date, and make what a newcomer needs; tell whether the demo is new."""
    output.line("stack", "preparing the database")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    is_new = has_demo and is_empty()
    if is_new:
        output.line("stack", "making demo data")
    call_command("make_demo", login_only=not has_demo, stdout=StringIO())
    ensure_relay(relay_port)
    ensure_sending_domains(has_demo=has_demo)
    connections.close_all()
    return is_new


def _ready(plan: StackPlan, output: LabelledOutput, *, is_new: bool) -> None:
    """Bring the demo's mail, now that there is a bucket and a door, and say where everything is."""
    with changed_environment(stack_environment(plan)):
        put_past_mail()
    if is_new:
        let_fresh_mail_in(plan.smtp_port)
    announce(plan, output)


def announce(plan: StackPlan, output: LabelledOutput) -> None:
    """Say where everything is and how to get in."""
    login = ensure_login()
    connections.close_all()
    way_in = f"{login.username} / {login.password}" if login else "with the account that you made"
    output.box(
        [
            "Postroom is ready.",
            "",
            f"Portal    {plan.url}/admin/",
            f"Log in    {way_in}",
            f"Mailbox   {plan.mailbox_url}",
            f"Relay     smtp://127.0.0.1:{plan.relay_port}, the sending account Sandbox relay; its mail is in the mailbox",
            f"SMTP      localhost:{plan.login_port} with STARTTLS, {plan.login_tls_port} with TLS, for SMTP users",
            f"          certificate to believe: {plan.certificate}",
            f"Gmail     {plan.gmail_url}/gmail/",
            f"Mail in   smtp://127.0.0.1:{plan.smtp_port}, or: manage.py receive mail.eml --to somebody@example.com",
            "",
            "Ctrl-C stops everything.",
        ]
    )
