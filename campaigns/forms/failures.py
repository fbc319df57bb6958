"""Form messages that could not be sent, for the page of failures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.forms.models import FormMessage
from campaigns.forms.outcomes import try_again
from portal.failures.sources import FailureSource, RowCause, RowRetry, RowState, register_source

if TYPE_CHECKING:
    from collections.abc import Iterator

State = FormMessage.State


def _key(form_id: int, problem: str) -> str:
    return hashlib.sha256(f"{form_id} {problem}".encode()).hexdigest()[:16]


def _causes() -> Iterator[RowCause]:
    failed = FormMessage.objects.filter(state=State.FAILED).values("form_id", "form__name", "problem").order_by()
    for row in failed.annotate(count=Count("pk"), first=Min("received_at"), last=Max("received_at")):
        url = (
            f"{reverse('admin:campaigns_formmessage_changelist')}?form__id__exact={row['form_id']}&state__exact=failed"
        )
        yield RowCause(
            _key(row["form_id"], row["problem"]), f"{row['form__name']}: {row['problem']}",
            _("Look at the form's recipient, sender and account, then try again."), row["count"], url,
            row["first"], row["last"],
        )  # fmt: skip


def _ids_after(key: str, after: int, limit: int) -> list[int]:
    rows = FormMessage.objects.filter(state=State.FAILED, pk__gt=after).order_by("pk")
    found = (
        pk for pk, form_id, problem in rows.values_list("pk", "form_id", "problem") if _key(form_id, problem) == key
    )
    return [pk for pk, _turn in zip(found, range(limit), strict=False)]


def _state_of(message_id: int) -> RowState:
    state = FormMessage.objects.filter(pk=message_id).values_list("state", flat=True).first()
    if state == State.FAILED:
        return RowState.FAILED
    return RowState.WORKING if state in {State.RECEIVED, State.LEAVING} else RowState.DONE


def _problem_of(message_id: int) -> str:
    return FormMessage.objects.filter(pk=message_id).values_list("problem", flat=True).first() or ""


def register_form_source() -> None:
    """Tell the failures page of them."""
    retry = RowRetry("campaigns.change_contactform", _ids_after, try_again, _state_of, _problem_of)
    register_source(
        FailureSource(
            "forms", gettext_lazy("Contact forms"), "pencil", "campaigns.view_formmessage", _causes, retry
        )
    )  # fmt: skip
