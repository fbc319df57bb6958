"""Who is logged in where: a row for each session, and the end of those that nobody wants any more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from portal.accounts.models import OpenLogin
from portal.activity import record_activity
from portal.middleware import address_or_none, client_ip

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

FRESH_S = 300  # no more often is it noted that a browser was seen
_MOST_NOTED = 10_000
_TRACKED = "open_login"  # in the session: the key under which it has its row
_noted_at_s: dict[str, float] = {}  # of this process, by session key


def keep_track(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: note when each browser was seen last. Most requests cost nothing, one in five minutes an update."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session = request.session
        if not session.accessed or SESSION_KEY not in session:
            return response
        if session.get(_TRACKED) != session.session_key:
            _begin(request, int(session[SESSION_KEY]))
        elif time.monotonic() - _noted_at_s.get(str(session.session_key), 0) > FRESH_S:
            _note(str(session.session_key))
            OpenLogin.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
        return response

    return middleware


@receiver(user_logged_in)
def note_login(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """A row for the new session, or one that takes over the key of the one before."""
    _begin(request, user.pk)


@receiver(user_logged_out)
def note_logout(*, request: HttpRequest, **_signal: Any) -> None:
    """The row goes with the session."""
    OpenLogin.objects.filter(session_key=request.session.session_key or "").delete()


@receiver(post_save, sender=User)
def end_logins_of_old_passwords(*, instance: User, created: bool, **_signal: Any) -> None:
    """A new password ends every session of the old one; Django gives the browser that changed it a new key."""
    if not created and instance._password is not None:  # type: ignore[attr-defined]  # noqa: SLF001
        _end(OpenLogin.objects.filter(user=instance))


def logins_of(user: User) -> list[OpenLogin]:
    """Where somebody is logged in, the latest seen first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(OpenLogin.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk"))


def end_logins(user: User, *, actor: User | None, only: int | None = None, but: str | None = None) -> int:
    """End sessions of somebody: one by its id, or all but that with this key. Returns how many."""
    logins = OpenLogin.objects.filter(user=user).exclude(session_key=but or "")
    if only is not None:
        logins = logins.filter(pk=only)
    with transaction.atomic():
        count = _end(logins)
        if count:
            record_activity("person.sessions_ended", actor=actor, target=user, count=count)
    return count


def forget_ended_logins() -> int:
    """Delete sessions that are over, and the rows of those that went otherwise; called by the sweep."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    ended = OpenLogin.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return ended.delete()[0]


def _begin(request: HttpRequest, user_id: int) -> None:
    session = request.session
    if not session.session_key:
        session.save()
    before = session.get(_TRACKED)
    session[_TRACKED] = session.session_key
    now = timezone.now()
    OpenLogin.objects.filter(session_key=before or "").delete()
    OpenLogin.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user_id": user_id,
            "last_seen_at": now,
            "ip_address": address_or_none(client_ip(request)),
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:300],
        },
    )
    _note(str(session.session_key))


def _note(key: str) -> None:
    if len(_noted_at_s) > _MOST_NOTED:
        _noted_at_s.clear()
    _noted_at_s[key] = time.monotonic()


def _end(logins: QuerySet[OpenLogin]) -> int:
    keys = list(logins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return OpenLogin.objects.filter(session_key__in=keys).delete()[0]
