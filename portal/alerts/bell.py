"""What the header of every page says of alerts: how many wait for this person, and whether everything is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.alerts.models import Alert, QuietAlert, Severity
from portal.alerts.watch import is_sweep_late
from portal.generation.services import ALERT as HELD
from portal.pages import actor_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


_READ = 200


@dataclass(frozen=True, slots=True)
class Bell:
    """`tone` is the worst among the `count` alerts that nobody has quieted for this person."""

    count: int
    tone: str
    is_held: bool  # a restored database: nothing is sent
    is_sweep_late: bool


def bell_for(request: HttpRequest) -> Bell | None:
    """None for whoever may not see alerts."""
    if not request.user.has_perm("portal.view_alert"):
        return None
    found = list(open_alerts().values_list("pk", "severity", "code", "quieted_at")[:_READ])
    mine = (
        set(
            QuietAlert.objects.filter(alert__cleared_at=None, user=actor_of(request)).values_list("alert_id", flat=True)
        )
        if found
        else set()
    )
    loud = [severity for pk, severity, _code, quieted_at in found if quieted_at is None and pk not in mine]
    return Bell(
        count=len(loud),
        tone="bad" if Severity.BAD in loud else "warn",
        is_held=any(code == HELD for _pk, _severity, code, _quieted_at in found),
        is_sweep_late=is_sweep_late(),
    )


def open_alerts() -> QuerySet[Alert]:
    """What is not over, the worst and newest first."""
    return Alert.objects.filter(cleared_at=None).order_by("severity", "-pk")  # "bad" comes before "warn"
