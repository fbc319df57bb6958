"""Times in lists and forms of the admin: in the reader's zone, with UTC on hover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from portal.templatetags.postroom import local_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString


def time_column(field: str, description: str | _StrPromise) -> Callable[[Any, Model], SafeString]:
    """A method of a ModelAdmin that shows the moment in `field`; for list_display and readonly_fields."""

    @admin.display(description=description, ordering=field, empty_value="–")
    def shown(_admin: Any, row: Model) -> SafeString:
        return local_time(getattr(row, field))

    return shown
