"""SMTP users that were given up, for the page of failures: told, and tried again from there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_lazy

from credentials.smtp_users.models import SmtpUser
from credentials.smtp_users.services import retry_smtp_user
from portal.failures.bodies import cause_key
from portal.failures.sources import FailureSource, RowCause, RowRetry, RowState, register_source

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def register_failures() -> None:
    """Show SMTP users that were given up among the failures; called when the app is ready."""
    retry = RowRetry("credentials.change_smtpuser", _ids_after, _try_again, _state_of, _problem_of)
    register_source(
        FailureSource(
            "smtp_users", gettext_lazy("SMTP users"), "key-round", "credentials.view_smtpuser", _causes, retry=retry
        )
    )


def _causes() -> Iterator[RowCause]:
    rows = SmtpUser.objects.filter(is_given_up=True).values("state_reason").order_by()
    for row in rows.annotate(count=Count("pk"), first_at=Min("state_at"), last_at=Max("state_at")):
        yield RowCause(
            cause_key(row["state_reason"], "", ""),
            row["state_reason"],
            gettext(
                "Mend the cause, then try again. Nothing is left on AWS meanwhile, or the earlier password works on."
            ),
            row["count"],
            _list_page(),
            row["first_at"],
            row["last_at"],
        )


def _ids_after(key: str, after_id: int, how_many: int) -> list[int]:
    rows = SmtpUser.objects.filter(is_given_up=True, pk__gt=after_id).order_by("pk").values_list("pk", "state_reason")
    return [pk for pk, reason in rows if not key or cause_key(reason, "", "") == key][:how_many]


def _try_again(user_id: int, actor: User | None) -> None:
    retry_smtp_user(user_id, actor=actor)


def _state_of(user_id: int) -> RowState:
    user = SmtpUser.objects.filter(pk=user_id).first()
    if user is None or (user.is_settled and not user.is_given_up):
        return RowState.DONE
    return RowState.FAILED if user.is_given_up else RowState.WORKING


def _problem_of(user_id: int) -> str:
    return SmtpUser.objects.values_list("state_reason", flat=True).filter(pk=user_id).first() or ""


def _list_page() -> str:
    try:
        return reverse("admin:credentials_smtpuser_changelist") + "?attention=yes"
    except NoReverseMatch:
        return ""
