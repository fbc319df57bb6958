"""The journal of calls to IAM: begun is committed before a call, its end after it.

What is found begun and without an end was cut off: the call may have been carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from credentials.smtp_users.models import SmtpUser, SmtpUserStep
from credentials.smtp_users.trouble import EndpointAway, LoginRefused
from portal.errors import AuthExpired, ConfigurationError, Refused, Throttled

if TYPE_CHECKING:
    from django.db.models import QuerySet

CREATE_KEY = "CreateAccessKey"
PROVE_LOGIN = "ProveLogin"
_DETAIL_CHARS = 300
_PROVABLY_NOT = (Refused, Throttled, AuthExpired, ConfigurationError, LoginRefused, EndpointAway)
Outcome = SmtpUserStep.Outcome


@contextmanager
def journalled(user: SmtpUser, call: str, *, detail: str = "", known_keys: list[str] | None = None) -> Iterator[None]:
    """Write down one call. What provably was not carried out ends as failed, any other trouble as lost."""
    step = SmtpUserStep.objects.create(
        user=user, username=user.username, call=call, detail=detail, known_keys=known_keys or []
    )
    try:
        yield
    except _PROVABLY_NOT as error:
        _close(step, Outcome.FAILED, _told(error))
        raise
    except Exception as error:
        _close(step, Outcome.LOST, _told(error))
        raise
    _close(step, Outcome.DONE, detail)


def note_cut_off(user: SmtpUser) -> None:
    """Calls that an earlier worker began and never ended: nobody knows their answers."""
    open_steps = SmtpUserStep.objects.filter(user=user, outcome=Outcome.OPEN)
    open_steps.update(outcome=Outcome.LOST, ended_at=timezone.now(), detail="the worker was cut off")


def lost_key_makings(user: SmtpUser) -> QuerySet[SmtpUserStep]:
    """Calls that may have made a key nobody has the secret of; oldest first."""
    lost = SmtpUserStep.objects.filter(user=user, call=CREATE_KEY, outcome__in=(Outcome.OPEN, Outcome.LOST))
    return lost.order_by("pk")


def _close(step: SmtpUserStep, outcome: SmtpUserStep.Outcome, detail: str) -> None:
    SmtpUserStep.objects.filter(pk=step.pk).update(
        outcome=outcome, ended_at=timezone.now(), detail=detail[:_DETAIL_CHARS]
    )


def _told(error: Exception) -> str:
    """The class and, of what a service said, its own code: other texts may hold anything."""
    code = str(getattr(error, "code", ""))
    return f"{type(error).__name__} {code}".strip()
