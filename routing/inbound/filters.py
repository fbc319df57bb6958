"""Filters of the log of mail, each served by an index of the deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.row_ids import row_id
from routing.inbound.matching import BY_DEFAULT, NARROWED
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.rules.definition import ActionKind
from routing.rules.words import ACTION_WORDS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from routing.inbound.models import InboundMessage


class _DeliveryFilter(admin.SimpleListFilter):
    """Messages with a delivery of some kind: what its parameter means is in NARROWED."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
        if not self.value():
            return queryset
        deliveries = NARROWED[str(self.parameter_name)](InboundDelivery.objects.all(), self.value() or "")
        return queryset.filter(pk__in=deliveries.values("message_id"))


class StateFilter(_DeliveryFilter):
    """By what became of a delivery."""

    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in DeliveryState]


class ActionFilter(_DeliveryFilter):
    """By what was done, or is to be done."""

    title = _("action")
    parameter_name = "action_kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(kind.value, str(ACTION_WORDS[kind])) for kind in ActionKind]


class RuleFilter(_DeliveryFilter):
    """By the rule that decided; pages of rules lead here."""

    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        chosen = self.value() or ""
        named = [(chosen, _("rule %s") % chosen)] if row_id(chosen) else []
        return [(BY_DEFAULT, str(_("no rule took it"))), *[(value, str(label)) for value, label in named]]
