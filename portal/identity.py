"""Asking a person who is logged in once more who they are, before a secret is shown.

The one place that knows how: a password, or for people who sign in elsewhere (single sign-on) that they did so just now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from portal.ratelimit import seconds_left, take_turn

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TRIES = 10
WITHIN_S = 900
JUST_NOW = timedelta(minutes=10)


class NotConfirmed(InvalidInput):
    """It was not shown that it is this person; the text says what to do."""


def asks_for_password(person: User) -> bool:
    """Whether the person has a password here; others sign in again where they signed in."""
    return person.has_usable_password()


def confirm_identity(person: User, password: str) -> None:
    """Return when it is this person. Raises NotConfirmed; each try counts, the right ones too.

    Call it outside of transactions, so that a wrong try stays counted.
    """
    if not take_turn("confirm_identity", str(person.pk), limit=TRIES, per_s=WITHIN_S):
        minutes = -(-seconds_left(WITHIN_S) // 60)
        raise NotConfirmed(_("This was asked too often. Try again in %d minutes.") % minutes)
    if asks_for_password(person):
        if not person.check_password(password):
            raise NotConfirmed(_("This is not your password."))
        return
    if person.last_login is None or person.last_login < timezone.now() - JUST_NOW:
        raise NotConfirmed(_("You have no password here. Log out, sign in again, and come back within ten minutes."))
