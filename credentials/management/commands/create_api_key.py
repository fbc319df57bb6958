"""Make an API key from the shell, for deployments; prints the key and nothing else, this once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import KeyWishes, create_key
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py create_api_key "Shop" --scope messages:send --days 365`."""

    help = "Make an API key and print it; it is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the program that uses it")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            dest="scopes",
            help="may be given several times; all if none is",
        )
        parser.add_argument(
            "--test", action="store_true", help="accepts everything and writes to nobody outside the sandbox"
        )
        parser.add_argument("--days", type=int, help="valid for so many days; until revoked if not given")
        parser.add_argument("--per-minute", type=int, default=600, help="requests a minute")

    def handle(self, *_args: Any, **options: Any) -> None:
        wishes = KeyWishes(
            options["name"],
            options["scopes"] or Scope.values,
            kind=ApiKey.Kind.TEST if options["test"] else ApiKey.Kind.LIVE,
            per_minute=options["per_minute"],
            expires_at=timezone.now() + timedelta(days=options["days"]) if options["days"] else None,
        )
        try:
            made = create_key(wishes, actor=None)
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stdout.write(made.text)
