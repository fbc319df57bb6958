"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from campaigns.approval.models import Approval, ApprovalRule
from campaigns.audience.consent import Consent
from campaigns.audience.edits import ContactEdit
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.bulk.models import BulkChange, BulkTarget, BulkUndo, DuplicateScan, FormerAddress
from campaigns.editing.models import Presence, UnsavedDraft
from campaigns.exports.models import Export
from campaigns.feedback.models import FeedbackCount, RawEvent, WaitingNotification
from campaigns.guests.models import GuestList
from campaigns.images.models import Image
from campaigns.importing.models import (
    ColumnMapping,
    ContactImport,
    DropFolder,
    ImportBatch,
    ImportChange,
    ImportLine,
)
from campaigns.links.models import LinkVisit
from campaigns.messages.models import HouseLayout, MessageVersion, Revision, Snippet, Template
from campaigns.preferences.models import EndedOptOut, LinkUse, ListOptOut, Unsubscription
from campaigns.privacy.models import Erasure, ForgottenAddress
from campaigns.reports.models import CampaignReport
from campaigns.scheduling.models import Schedule, SentSpan, Wave
from campaigns.segments.models import Segment
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
from campaigns.sending.stops import CampaignStop
from campaigns.signup.models import SignupForm, SignupRequest
from campaigns.splits.models import SplitTest, SplitVersion
from campaigns.suppression.models import EndedSuppression, Suppression, SuppressionBatch, SuppressionLine
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from campaigns.uncertain.models import Canary

__all__ = [
    "Acceptance",
    "Approval",
    "ApprovalRule",
    "Attempt",
    "BreakerLimits",
    "BreakerTrip",
    "BulkChange",
    "BulkTarget",
    "BulkUndo",
    "Campaign",
    "CampaignReport",
    "CampaignStop",
    "Canary",
    "Chunk",
    "ColumnMapping",
    "Consent",
    "Contact",
    "ContactEdit",
    "ContactField",
    "ContactImport",
    "ContactList",
    "ContactTag",
    "Delivery",
    "DeliveryEvent",
    "DropFolder",
    "DuplicateScan",
    "EndedOptOut",
    "EndedSuppression",
    "Erasure",
    "Export",
    "FeedbackCount",
    "ForgottenAddress",
    "FormerAddress",
    "GuestList",
    "HouseLayout",
    "Image",
    "ImportBatch",
    "ImportChange",
    "ImportLine",
    "LinkUse",
    "LinkVisit",
    "ListMembership",
    "ListOptOut",
    "MessageVersion",
    "Presence",
    "RatePoint",
    "RawEvent",
    "Revision",
    "Schedule",
    "Segment",
    "SendingAccount",
    "SentSpan",
    "SesListChange",
    "SesListEntry",
    "SesListSync",
    "SignupForm",
    "SignupRequest",
    "Snippet",
    "SplitTest",
    "SplitVersion",
    "Suppression",
    "SuppressionBatch",
    "SuppressionLine",
    "Tag",
    "Template",
    "UnsavedDraft",
    "Unsubscription",
    "WaitingNotification",
    "Wave",
]
