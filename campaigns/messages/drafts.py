"""Saving templates and the house layout, with the deed recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.messages.models import HouseLayout, Template
from portal.activity import record_activity

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def save_template(template: Template, *, actor: User) -> Template:
    """Write a new or changed template; campaigns that copied it stay as they are."""
    verb = "template.created" if template._state.adding else "template.changed"  # noqa: SLF001
    template.save()
    record_activity(verb, actor=actor, target=template)
    return template


@transaction.atomic
def delete_template(template: Template, *, actor: User) -> None:
    """Throw a template away; campaigns that copied it stay as they are."""
    record_activity("template.deleted", actor=actor, target=template)
    template.delete()


@transaction.atomic
def save_layout(layout: HouseLayout, *, actor: User) -> HouseLayout:
    """Write a house layout; campaigns that were started keep the one of their moment."""
    verb = "layout.created" if layout._state.adding else "layout.changed"  # noqa: SLF001
    layout.is_default = layout.is_default or not HouseLayout.objects.exclude(pk=layout.pk).exists()
    if layout.is_default:
        HouseLayout.objects.exclude(pk=layout.pk).update(is_default=False)
    layout.save()
    record_activity(verb, actor=actor, target=layout)
    return layout
