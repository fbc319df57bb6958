"""`manage.py let_in NAME`: for people who are locked out. Whoever may run it has the machine, and so may do it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from axes.utils import reset
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.factor_changes import reset_factors
from portal.activity import record_activity
from portal.roles import OWNER


class Command(BaseCommand):
    """Unlocks a name, and as the options say makes an Owner or takes the second step away."""

    help = "Let somebody in who is locked out: unlock the name, make an Owner, reset the second step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--owner", action="store_true", help="make this person an Owner who may log in")
        parser.add_argument("--reset-second-factor", action="store_true", help="take app, passkeys and codes away")

    def handle(self, *_args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['username']}.")
        reset(username=person.get_username())
        done = ["unlocked"]
        if options["owner"]:
            _make_owner(person)
            done.append("an Owner now")
        if options["reset_second_factor"]:
            reset_factors(person, actor=None)
            done.append("without a second step")
        self.stdout.write(f"{person.get_username()}: {', '.join(done)}. A password: manage.py changepassword.\n")


def _make_owner(person: User) -> None:
    with transaction.atomic():
        person.is_active = person.is_staff = True
        person.save(update_fields=["is_active", "is_staff"])
        person.groups.add(Group.objects.get(name=OWNER))
        record_activity("person.let_in", actor=None, target=person, roles=[OWNER])
