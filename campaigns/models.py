"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.importing.models import (
    ColumnMapping,
    ContactImport,
    DropFolder,
    ImportBatch,
    ImportChange,
    ImportLine,
)
from campaigns.messages.models import HouseLayout, MessageVersion, Template
from campaigns.sending.models import (
    Acceptance,
    Attempt,
    Campaign,
    Chunk,
    Delivery,
    DeliveryEvent,
    RatePoint,
    SendingAccount,
)
from campaigns.suppression.models import Suppression

__all__ = [
    "Acceptance",
    "Attempt",
    "Campaign",
    "Chunk",
    "ColumnMapping",
    "Consent",
    "Contact",
    "ContactImport",
    "ContactList",
    "ContactTag",
    "Delivery",
    "DeliveryEvent",
    "DropFolder",
    "HouseLayout",
    "ImportBatch",
    "ImportChange",
    "ImportLine",
    "ListMembership",
    "MessageVersion",
    "RatePoint",
    "SendingAccount",
    "Suppression",
    "Tag",
    "Template",
]
