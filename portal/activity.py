"""Writing the Activity log."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from portal.models import Activity

if TYPE_CHECKING:
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
