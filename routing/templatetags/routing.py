"""Template tags of the routing pages."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    """Whether the reader has a permission that stands in a variable."""
    return bool(context["request"].user.has_perm(permission))
