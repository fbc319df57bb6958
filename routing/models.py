"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from routing.actions.models import BouncePace
from routing.canary.models import CanaryRun
from routing.domains.models import InboundDomain
from routing.gmail.models import GmailImport, GmailMailbox
from routing.inbound.models import InboundDelivery, InboundDeliveryEvent, InboundMessage
from routing.rules.draft_models import RuleDraft
from routing.rules.models import (
    DefaultRoute,
    RoutingRule,
    RuleDestination,
    RuleHit,
    RuleSetVersion,
    SavedExample,
)

__all__ = [
    "BouncePace",
    "CanaryRun",
    "DefaultRoute",
    "GmailImport",
    "GmailMailbox",
    "InboundDelivery",
    "InboundDeliveryEvent",
    "InboundDomain",
    "InboundMessage",
    "RoutingRule",
    "RuleDestination",
    "RuleDraft",
    "RuleHit",
    "RuleSetVersion",
    "SavedExample",
]
