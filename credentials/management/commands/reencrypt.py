"""`manage.py reencrypt`: seals all secrets anew under the newest key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from credentials.encryption import local_master
from credentials.encryption.rotation import count_old, reencrypt_all
from portal.activity import record_activity
from portal.errors import PortalError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Seals what is not under the newest key; may be stopped and run again."""

    help = "Seal all stored secrets anew under the newest key (KMS_KEY_ID, or the local master key)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what is under an older key")
        parser.add_argument("--new-local-key", action="store_true", help="first make a new local master key")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            if options["new_local_key"]:
                self._add_local_key()
            self._check() if options["check"] else self._reencrypt()
        except PortalError as error:
            raise CommandError(f"{error} What was sealed anew stays so; run the command again.") from error

    def _add_local_key(self) -> None:
        if settings.KMS_KEY_ID:
            raise CommandError("KMS_KEY_ID is set: secrets are sealed under KMS, a local key would not be used.")
        version = local_master.add_key()
        self.stdout.write(f"New master key {version} in {local_master.path()}. Back the file up.")

    def _check(self) -> None:
        for state in count_old():
            self.stdout.write(f"{state.column.model}.{state.column.column}: {state.to_do} under an older key")

    def _reencrypt(self) -> None:
        total = 0
        for state in reencrypt_all():
            total += state.sealed_anew
            self.stdout.write(
                f"{state.column.model}.{state.column.column}: {state.sealed_anew} sealed anew, {state.to_do} to do"
            )
        if total:
            record_activity("secrets.sealed_anew", actor=None, label=str(total))
