"""`manage.py connect_gmail`: connect a Gmail account where the portal has no browser at hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentials.grants.models import OAuthGrant
from credentials.grants.services import begin_consent
from portal.errors import PortalError
from routing.gmail import accounts


class Command(BaseCommand):
    """Prints Google's address, takes back the address at which the browser ended."""

    help = (
        "Connects a Gmail account: open the printed address in any browser, agree, and paste the address that the "
        "browser shows afterwards, even if the page itself does not load."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", metavar="ADDRESS", default="", help="connect this account again, and no other")
        parser.add_argument("--redirect-uri", default="", help="as registered at Google; default: the portal's own")

    def handle(self, *_args: Any, **options: Any) -> None:
        grant_id = self._grant_id(options["again"])
        try:
            redirect_uri = options["redirect_uri"] or accounts.redirect_uri()
            asked, url = begin_consent(redirect_uri=redirect_uri, grant_id=grant_id)
            answer = accounts.read_pasted(self._ask(url))
            mailbox = accounts.connect(asked, accounts.code_from(answer, state=asked.state), actor=None)
        except PortalError as error:
            raise CommandError(accounts.words_for(error)) from error
        except EOFError as error:
            raise CommandError("No address was given; nothing was connected.") from error
        self.stdout.write(self.style.SUCCESS(f"{mailbox.grant.email} is connected."))

    def _ask(self, url: str) -> str:
        self.stdout.write(f"Open this address and agree:\n\n{url}\n")
        return input("Address afterwards: ")

    def _grant_id(self, email: str) -> int:
        if not email:
            return 0
        grant = OAuthGrant.objects.filter(email=email.lower()).first()
        if grant is None:
            raise CommandError(f"{email} was never connected; leave out --again.")
        return grant.pk
