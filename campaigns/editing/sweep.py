"""The sweep's share of editing: what nobody came back to."""

from __future__ import annotations

from campaigns.editing.drafts import delete_old_drafts
from campaigns.editing.presence import delete_old_presences


def sweep_editing() -> int:
    """Delete drafts and presences whose time is over; returns how many rows went."""
    return delete_old_drafts() + delete_old_presences()
