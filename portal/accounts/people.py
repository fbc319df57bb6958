"""People who may log in: made with their roles, and never without an Owner among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.errors import Conflict
from portal.roles import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

_USERNAME_CHARS = 150
_UNFIT = re.compile(r"[^\w.@+-]+")


class NameTaken(Conflict):
    """Somebody else took the user name in the same moment."""


def make_person(
    username: str, address: str, roles: Iterable[Group], *, full_name: str = "", password: str = ""
) -> User:
    """Somebody new, who works in the portal; without a password single sign-on or a reset is the only way in.

    Raises NameTaken.
    """
    first_name, _space, last_name = full_name.strip().partition(" ")
    user = User(
        username=username, email=address, first_name=first_name[:150], last_name=last_name.strip()[:150], is_staff=True
    )
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise NameTaken(_("Somebody has this user name already.")) from error
    user.groups.set(roles)
    return user


def free_username(wish: str) -> str:
    """The wish, or with a number behind it the next that nobody has."""
    base = _UNFIT.sub(".", wish).strip(".")[: _USERNAME_CHARS - 6] or "person"
    name, number = base, 1
    while User.objects.filter(username__iexact=name).exists():
        number += 1
        name = f"{base}{number}"
    return name


def owners() -> QuerySet[User]:
    """Everybody who may log in and change people and roles."""
    return User.objects.filter(Q(is_superuser=True) | Q(groups__name=OWNER), is_active=True, is_staff=True).distinct()


def guard_last_owner(leaving: Iterable[int]) -> None:
    """Raises Conflict when without these people nobody would be left who may change people and roles.

    Call it inside the transaction of the deed, before it: deeds on Owners then wait for each other.
    """
    with transaction.atomic():
        list(Group.objects.select_for_update().filter(name=OWNER))
    left = owners().exclude(pk__in=list(leaving))
    if not left.exists() and owners().exists():
        raise Conflict(_("This is the last owner. Make somebody else an owner first."))
