"""The overview: what runs, what is wrong, what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def overview_context(request: HttpRequest) -> dict[str, Any]:
    """What the overview shows to this person."""
    return {}
