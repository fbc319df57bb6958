"""The portal's own failed rows: places that could not be told of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from portal.alerts.models import AlertNotice
from portal.errors import Conflict
from portal.failures.bodies import cause_key
from portal.failures.sources import FailureSource, RowCause, RowRetry, RowState, register_source
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User

State = AlertNotice.State


def untold_causes() -> Iterator[RowCause]:
    """Places by what they answered."""
    failed = AlertNotice.objects.filter(state=State.FAILED).values("channel", "error")
    for row in failed.annotate(count=Count("pk"), first=Min("created_at"), last=Max("created_at")):
        yield RowCause(
            cause_key(row["channel"], "", row["error"]),
            row["error"] or _("The place did not take it."),
            _("Look at the topic or the sender of alerts, then try again."),
            row["count"],
            reverse("admin:portal_alert_changelist"),
            row["first"],
            row["last"],
        )


def untold_ids(key: str, after: int, limit: int) -> list[int]:
    """Ids of a cause behind `after`, ascending."""
    rows = AlertNotice.objects.filter(state=State.FAILED, pk__gt=after).order_by("pk")
    return [row.pk for row in rows if cause_key(row.channel, "", row.error) == key][:limit]


def tell_again(notice_id: int, _actor: User | None) -> None:
    """Put it back into the outbox. Raises Conflict unless it failed."""
    failed = AlertNotice.objects.filter(pk=notice_id, state=State.FAILED)
    if not failed.update(state=State.WAITING, try_count=0, error="", retry_at=None, lease_token="", lease_until=None):
        raise Conflict(_("It does not stand as failed any more."))
    publish(TaskName.SEND_ALERTS)


def state_of(notice_id: int) -> RowState:
    """How it stands since it was tried again."""
    states = {State.WAITING: RowState.WORKING, State.FAILED: RowState.FAILED}
    state = AlertNotice.objects.filter(pk=notice_id).values_list("state", flat=True).first()
    return states.get(State(state), RowState.DONE) if state else RowState.DONE


def problem_of(notice_id: int) -> str:
    """What the place answered."""
    return AlertNotice.objects.filter(pk=notice_id).values_list("error", flat=True).first() or ""


def register_own_sources() -> None:
    """Tell the failures page of them."""
    retry = RowRetry("portal.change_alertrecipient", untold_ids, tell_again, state_of, problem_of)
    register_source(
        FailureSource("alerts", gettext_lazy("Alerts not told"), "bell", "portal.view_alert", untold_causes, retry)
    )
