"""What the deploy command asks of the maintenance function: two deeds, and nothing else that somebody might name.

Zappa's own way (any management command, any line of Python, for whoever may invoke) is closed: see `workers.handlers.web`.
"""

from __future__ import annotations

import io
import logging
import secrets
from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import close_old_connections, transaction

from portal.activity import record_activity
from portal.roles import OWNER
from workers.handlers.incoming import UnknownEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)


class Told(TypedDict):
    """What the deploy command prints."""

    said: str


def operate(event: Mapping[str, Any]) -> Told:
    """Carry out a deed of the deploy command. Raises UnknownEvent when it is none."""
    deed = DEEDS.get(str(event.get("deed")))
    if deed is None:
        raise UnknownEvent("the deploy command names no deed")
    close_old_connections()
    try:
        return {"said": deed(event)}
    finally:
        close_old_connections()


def migrate(_event: Mapping[str, Any]) -> str:
    """Bring the database up to date; harmless when it is."""
    output = io.StringIO()
    call_command("migrate", interactive=False, stdout=output, no_color=True)
    return output.getvalue()


@transaction.atomic
def make_first_owner(event: Mapping[str, Any]) -> str:
    """Somebody who can log in, where there is nobody; the password is said once and kept nowhere."""
    if (
        User.objects.filter(is_active=True, groups__name=OWNER).exists()
        or User.objects.filter(is_superuser=True).exists()
    ):
        return "There is an Owner already."
    address = str(event.get("address", ""))
    if "@" not in address:
        return "There is no Owner yet: name an address, OWNER=you@example.org."
    password = secrets.token_urlsafe(18)
    person = User.objects.create_user(address, address, password, is_staff=True)
    person.groups.add(Group.objects.get(name=OWNER))
    record_activity("person.let_in", actor=None, target=person, roles=[OWNER])
    return f"{address} can log in as Owner with the password {password} and should change it at once."


DEEDS: dict[str, Callable[[Mapping[str, Any]], str]] = {"migrate": migrate, "make_first_owner": make_first_owner}
