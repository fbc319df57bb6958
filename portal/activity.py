"""Writing the Activity log."""

from __future__ import annotations

import json
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from portal.models import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from django.db.models import Model

SYSTEM = "Postroom"
# Whoever sent the request at work, as portal.middleware.remember_caller found; None outside requests.
caller_ip: ContextVar[str | None] = ContextVar("caller_ip", default=None)


def record_activity(
    verb: str, *, actor: User | None, target: Model | None = None, label: str = "", **details: Any
) -> Activity:
    """Append one deed; call it inside the transaction that does the deed.

    `verb` is dotted (`campaign.started`). `actor` None means the system itself. `details` must be JSON values and hold
    neither secrets nor message bodies.
    """
    return Activity.objects.create(
        actor=actor,
        actor_name=actor.get_username() if actor else SYSTEM,
        verb=verb,
        object_type=target._meta.label_lower if target else "",  # noqa: SLF001
        object_id=str(target.pk) if target else "",
        object_label=(label or (str(target) if target else ""))[:200],
        details=details,
        ip_address=caller_ip.get() if actor else None,  # of people of the portal, not of recipients
    )


def forget_labels(object_type: str, object_ids: Sequence[int], *, words: Sequence[str], instead: str) -> int:
    """Take the name of a person who is forgotten out of the log; the one change that its rows ever see.

    Rows about these objects, or whose label has one of `words` (lower case) in it, lose their label; in the details of
    all rows the words, whatever their case, give way to `instead`.
    Returns how many rows changed.
    """
    rows = Activity._base_manager.annotate(_details=Cast("details", TextField()))  # noqa: SLF001
    wanted = Q(object_type=object_type, object_id__in=[str(pk) for pk in object_ids])
    for word in words:
        wanted |= Q(object_label__icontains=word) | Q(_details__icontains=word)
    found = list(rows.filter(wanted).order_by("pk"))
    for row in found:
        is_own = row.object_type == object_type and row.object_id in {str(pk) for pk in object_ids}
        is_named = any(word in row.object_label.lower() for word in words)  # the name stands beside the address
        details = json.dumps(row.details, ensure_ascii=False)
        for word in words:
            details = re.sub(re.escape(json.dumps(word)[1:-1]), instead, details, flags=re.IGNORECASE)
        Activity._base_manager.filter(pk=row.pk).update(  # noqa: SLF001
            object_label=instead if is_own or is_named else row.object_label, details=json.loads(details)
        )
    return len(found)
