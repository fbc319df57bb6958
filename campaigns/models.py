"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from campaigns.api.models import ApiRequest
from campaigns.approval.models import Approval, ApprovalRule
from campaigns.attachments.models import (
    CampaignAttachment,
    FrozenAttachment,
    PersonalFile,
    PersonalFiles,
    StoredFile,
)
from campaigns.audience.consent import Consent
from campaigns.audience.edits import ContactEdit
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.bulk.models import BulkChange, BulkTarget, BulkUndo, DuplicateScan, FormerAddress
from campaigns.editing.models import Presence, UnsavedDraft
from campaigns.exports.models import Export
from campaigns.feedback.models import FeedbackCount, RawEvent, WaitingNotification
from campaigns.forms.models import ContactForm, FormMessage
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
from campaigns.relays.models import Relay, RelayUse
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
from campaigns.transactional.models import SharedVersion, TransactionalMessage
from campaigns.uncertain.models import Canary
from campaigns.webhooks.models import WebhookEndpoint, WebhookPost, WebhookTry

__all__ = [
    "Acceptance",
    "ApiRequest",
    "Approval",
    "ApprovalRule",
    "Attempt",
    "BreakerLimits",
    "BreakerTrip",
    "BulkChange",
    "BulkTarget",
    "BulkUndo",
    "Campaign",
    "CampaignAttachment",
    "CampaignReport",
    "CampaignStop",
    "Canary",
    "Chunk",
    "ColumnMapping",
    "Consent",
    "Contact",
    "ContactEdit",
    "ContactField",
    "ContactForm",
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
    "FormMessage",
    "FormerAddress",
    "FrozenAttachment",
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
    "PersonalFile",
    "PersonalFiles",
    "Presence",
    "RatePoint",
    "RawEvent",
    "Relay",
    "RelayUse",
    "Revision",
    "Schedule",
    "Segment",
    "SendingAccount",
    "SentSpan",
    "SesListChange",
    "SesListEntry",
    "SesListSync",
    "SharedVersion",
    "SignupForm",
    "SignupRequest",
    "Snippet",
    "SplitTest",
    "SplitVersion",
    "StoredFile",
    "Suppression",
    "SuppressionBatch",
    "SuppressionLine",
    "Tag",
    "Template",
    "TransactionalMessage",
    "UnsavedDraft",
    "Unsubscription",
    "WaitingNotification",
    "Wave",
    "WebhookEndpoint",
    "WebhookPost",
    "WebhookTry",
]
