"""Asking for what failed to be tried again, or discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.failures.models import Redrive
from portal.failures.sources import SOURCES
from portal.publish import publish
from portal.queues import QUEUES, TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHORTEST_REASON = 5


def try_again(place: str, *, cause_key: str = "", label: str, planned: int, actor: User | None) -> Redrive:
    """Try one of them, then the rest, by a worker. `place`: "queue:<name>" or "rows:<source>".

    Raises InvalidInput for a place where nothing can be tried, Conflict while something is tried there already.
    """
    _require_place(place)
    wanted = Redrive(place=place, cause_key=cause_key, label=label[:300], planned_count=planned, requested_by=actor)
    return _begin(wanted, "failures.tried_again", actor)


def discard_messages(
    queue: str, *, cause_key: str = "", label: str, planned: int, reason: str, actor: User | None
) -> Redrive:
    """Delete messages of a DLQ for good, by a worker. Raises InvalidInput without a reason, Conflict as try_again."""
    place = f"queue:{queue}"
    _require_place(place)
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(_("Say why they are discarded: it stands in the activity log."))
    wanted = Redrive(
        place=place, cause_key=cause_key, label=label[:300], planned_count=planned, requested_by=actor,
        deed=Redrive.Deed.DISCARD, status=Redrive.Status.REST, reason=reason[:300],
    )  # fmt: skip
    return _begin(wanted, "failures.discarded", actor)


def _require_place(place: str) -> None:
    kind, _colon, name = place.partition(":")
    source = SOURCES.get(name)
    is_there = name in {queue.value for queue in QUEUES} if kind == "queue" else bool(source and source.retry)
    if not is_there:
        raise InvalidInput(_("Nothing can be tried again there."))


def _begin(wanted: Redrive, verb: str, actor: User | None) -> Redrive:
    try:
        with transaction.atomic():
            wanted.save()
            about: dict[str, Any] = {"place": wanted.place, "planned": wanted.planned_count}
            if wanted.reason:
                about["reason"] = wanted.reason
            record_activity(verb, actor=actor, target=wanted, label=str(wanted), **about)
            publish(TaskName.REDRIVE, redrive_id=wanted.pk)
    except IntegrityError:
        raise Conflict(_("Something is being tried again there already. Wait for its end.")) from None
    return wanted
