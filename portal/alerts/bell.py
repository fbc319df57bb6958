"""What the header of every page says of alerts: how many wait for this person, and whether everything is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from portal.alerts.models import Alert, QuietAlert, Severity
from portal.alerts.watch import is_sweep_late
from portal.generation.services import ALERT as HELD

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
    rows = _with_quiet(request.user.pk).values_list("severity", "code", "is_quiet")[:_READ]
    loud = [severity for severity, _code, is_quiet in rows if not is_quiet]
    return Bell(
        count=len(loud),
        tone="bad" if Severity.BAD in loud else "warn",
        is_held=any(code == HELD for _severity, code, _is_quiet in rows),
        is_sweep_late=is_sweep_late(),
    )


def open_alerts() -> QuerySet[Alert]:
    """What is not over, the worst and newest first."""
    return Alert.objects.filter(cleared_at=None).order_by("severity", "-pk")  # "bad" comes before "warn"


def _with_quiet(user_id: int | None) -> QuerySet[Alert]:
    """With `is_quiet`: quieted for all, or by this person."""
    mine = QuietAlert.objects.filter(alert=OuterRef("pk"), user_id=user_id)
    return open_alerts().annotate(is_quiet=Q(quieted_at__isnull=False) | Exists(mine))
