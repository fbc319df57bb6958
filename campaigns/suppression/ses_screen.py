"""What the page about the list in SES shows, and putting back what was removed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from campaigns.suppression.models import Suppression
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from campaigns.suppression.ses_sync import may_put
from campaigns.suppression.ses_wishes import SES_REASON, Deed, want_put
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

SHOWN = 50
COUNTED = 10_000  # no further: the page must not count a million


def sync_context() -> dict[str, Any]:
    """How far the two lists are together."""
    waiting = SesListChange.objects.filter(done_at=None)
    failed = waiting.exclude(error="").order_by("-pk")
    return {
        "is_on": settings.SES_SUPPRESSION_SYNC,
        "state": SesListSync.objects.first(),
        "may_put": may_put(),
        "counts": {
            "listed": _count(SesListEntry.objects.filter(gone_at=None)),
            "to_put": _count(waiting.filter(deed=Deed.PUT)),
            "to_take_off": _count(waiting.filter(deed=Deed.DELETE)),
            "gone": _count(SesListEntry.objects.filter(gone_at__isnull=False)),
        },
        "gone": _removed_by_hand(),
        "only_there": _only_there(),
        "failed": failed[:SHOWN],
        "COUNTED": COUNTED,
        "SHOWN": SHOWN,
    }


def _removed_by_hand() -> list[tuple[SesListEntry, Suppression]]:
    """Removed in SES, still suppressed here; newest first."""
    entries = list(SesListEntry.objects.filter(gone_at__isnull=False).order_by("-gone_at")[:SHOWN])
    keys = [entry.address_key for entry in entries]
    ours = {row.address_key: row for row in Suppression.objects.filter(address_key__in=keys)}
    return [(entry, ours[entry.address_key]) for entry in entries if entry.address_key in ours]


def _only_there() -> list[SesListEntry]:
    """On the list in SES, released here: SES holds mail to them back until it took them off."""
    ours = Suppression.objects.filter(address_key=OuterRef("address_key"))
    leaving = SesListChange.objects.filter(deed=Deed.DELETE, done_at=None).values("address_key")
    found = SesListEntry.objects.filter(gone_at=None, address_key__in=leaving)
    return list(found.exclude(Exists(ours)).order_by("-pk")[:SHOWN])


@transaction.atomic
def put_back(suppression_id: int, *, actor: User | None) -> None:
    """Put an address that was removed in SES on the list there again. Raises Conflict when it is not suppressed here."""
    row = Suppression.objects.filter(pk=suppression_id, reason__in=SES_REASON).first()
    if row is None:
        raise Conflict(_("This address is no longer suppressed for a reason that SES knows."))
    want_put([row])
    SesListEntry.objects.filter(address_key=row.address_key).delete()
    record_activity("suppression.put_back", actor=actor, target=row)


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:COUNTED].count()
