"""`manage.py make_demo`: an administrator and demo data, where there is nothing yet."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.demo.build import is_empty, make_demo
from sandbox.demo.login import ensure_login


class Command(BaseCommand):
    """Can be run again at any time: what is there stays as it is."""

    help = "Make an administrator and, in an empty database, demo data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--login-only", action="store_true", help="make the administrator, no data")

    def handle(self, *_args: Any, **options: Any) -> None:
        login = ensure_login()
        if login:
            self.stdout.write(f"log in as {login.username}, password {login.password}")
        if options["login_only"]:
            return
        if not is_empty():
            self.stdout.write("there is data already; it stays as it is")
            return
        logging.disable(logging.WARNING)  # two weeks of mail in one second: nobody reads those lines
        try:
            make_demo()
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write("demo data made")
