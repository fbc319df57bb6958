"""States of deliveries and of campaigns, and the reasons that go with them. The numbers are stored: never reuse one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """What a sending account hands its mail to."""

    SES = "ses", "Amazon SES"
    SMTP = "smtp", _("SMTP relay")


class DeliveryState(models.IntegerChoices):
    """Where one delivery stands."""

    QUEUED = 0, _("queued")
    SENDING = 1, _("sending")  # an attempt is open
    ACCEPTED = 2, _("sent, no answer yet")  # the provider took it
    DELIVERED = 3, _("delivered")
    BOUNCED = 4, _("bounced")
    COMPLAINED = 5, _("complained")
    REFUSED = 6, _("failed")  # the provider refused it for good
    DEFERRED = 7, _("will be tried again")  # provably not accepted; due at the chunk's retry_at
    UNCERTAIN = 8, _("uncertain")  # the answer was lost; never resent blindly
    SKIPPED = 9, _("skipped")
    CANCELLED = 10, _("cancelled")


WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED})
OPEN = WAITING | {DeliveryState.SENDING}
FINAL = frozenset(DeliveryState) - OPEN


class Reason(models.IntegerChoices):
    """Why a delivery stands where it stands."""

    NONE = 0, ""
    SUPPRESSED_BOUNCE = 1, _("on the suppression list: bounced before")
    SUPPRESSED_COMPLAINT = 2, _("on the suppression list: complained before")
    SUPPRESSED_UNSUBSCRIBE = 3, _("unsubscribed")
    SUPPRESSED_MANUAL = 4, _("on the suppression list: by hand")
    MISSING_VALUE = 5, _("a value is missing, and the message has no default for it")
    CONTACT_GONE = 6, _("no longer among the contacts")
    INVALID_ADDRESS = 7, _("not an address that mail can be sent to")
    RENDERING_FAILED = 8, _("the message could not be made for this person")
    SUPPRESSED_IMPORT = 9, _("on the suppression list: imported")
    LEFT_LIST = 14, _("left the list")
    FORGOTTEN = 15, _("asked to be forgotten")
    FILE_MISSING = 16, _("there is no file for this person")
    NOT_A_GUEST = 18, _("a test key writes to its guests only")
    TIME_PASSED = 12, _("the chosen time had passed in their time zone")
    # provably not accepted, tried again
    THROTTLED = 20, _("asked to slow down")
    QUOTA_REACHED = 21, _("the 24-hour quota is used up")
    SENDING_PAUSED = 22, _("sending is paused by the provider")
    UNREACHABLE = 23, _("the provider could not be reached")
    TRANSIENT = 24, _("the provider asked to try later")
    NOT_ACCEPTED = 25, _("the answer was lost, and the provider's silence proved that nothing was sent")
    SENT_AGAIN = 26, _("sent again by decision of a person, after the answer was lost")
    NOT_TRIED = 27, _("the relay was slow, so that its turn has not come")
    # refused for good
    MESSAGE_REJECTED = 40, _("the provider rejected the message")
    NOT_VERIFIED = 41, _("the From address is not verified")
    NOT_CONFIGURED = 42, _("the provider's configuration is incomplete")
    TRIED_TOO_OFTEN = 43, _("tried too often without success")
    RECIPIENT_REFUSED = 44, _("the relay refused the address")
    # uncertain
    ANSWER_LOST = 60, _("the provider's answer was lost")
    WORKER_DIED = 61, _("the worker stopped in the middle of the call")
    RESTORED = 65, _("a backup was restored: it may have left after the backup was made")
    LEFT_OPEN = 62, _("the answer was lost, and a person decided to leave it so")
    TAKEN_AS_SENT = 63, _("the answer was lost, and a person took it as sent")
    # feedback
    MAILBOX_UNKNOWN = 80, _("the mailbox does not exist")
    MAILBOX_FULL = 81, _("the mailbox is full")
    MESSAGE_TOO_LARGE = 82, _("too large for the mailbox")
    CONTENT_REJECTED = 83, _("the mailbox provider refused the content")
    BOUNCED_TRANSIENT = 84, _("could not be delivered for the moment")
    BOUNCED_OTHER = 85, _("could not be delivered")
    COMPLAINED = 86, _("marked as spam by the person")
    SES_SUPPRESSED = 87, _("on the suppression list of SES")
    # cancelled
    CANCELLED_BY_PERSON = 100, _("the campaign was cancelled")


class CampaignStatus(models.TextChoices):
    """Status of a campaign, as the customer names it, and four more."""

    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("scheduled")
    PENDING = "pending", _("leaving soon")  # Send was pressed; can still be taken back, or is being planned
    IN_PROGRESS = "in_progress", _("sending")
    PAUSED = "paused", _("paused")
    COMPLETED = "completed", _("completed")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class CampaignKind(models.TextChoices):
    """What a campaign row stands for; all kinds share the ledger."""

    CAMPAIGN = "campaign", _("campaign")
    TEST = "test", _("test")
    CONFIRMATION = "opt-in", _("sign-up confirmation")
    VERSION = "version", _("version of an A/B test")
    MESSAGE = "message", _("message")  # to one person or a few, see campaigns/transactional


# Nobody is written to as one of many by these: an unsubscribe does not stop them, a bounce or a complaint does.
PERSONAL_KINDS = frozenset({CampaignKind.CONFIRMATION, CampaignKind.MESSAGE})


WRITTEN_KINDS = (CampaignKind.CAMPAIGN, CampaignKind.VERSION)  # what people write in the editor


class OriginKind(models.TextChoices):
    """What a campaign that follows another one is to it."""

    NONE = "", ""
    FAILED = "failed", _("again to those it did not reach")
    JOINED = "joined", _("to those who joined since")


# Which status may follow which; services change a status only along these.
TRANSITIONS: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.PENDING, CampaignStatus.SCHEDULED}),
    CampaignStatus.SCHEDULED: frozenset(
        {CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.PENDING, CampaignStatus.CANCELLED}
    ),
    CampaignStatus.PENDING: frozenset(
        {CampaignStatus.DRAFT, CampaignStatus.IN_PROGRESS, CampaignStatus.CANCELLED, CampaignStatus.FAILED}
    ),
    CampaignStatus.IN_PROGRESS: frozenset(
        {CampaignStatus.PAUSED, CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.FAILED}
    ),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.IN_PROGRESS, CampaignStatus.CANCELLED}),
    CampaignStatus.COMPLETED: frozenset(),
    CampaignStatus.FAILED: frozenset({CampaignStatus.PAUSED, CampaignStatus.CANCELLED}),
    CampaignStatus.CANCELLED: frozenset(),
}
