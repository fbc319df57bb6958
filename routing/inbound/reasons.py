"""Why a delivery is where it is: the words are stored, what they mean is said here once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Add, never reuse. Handlers of further actions add theirs here."""

    NONE = "", ""
    BY_RULE = "by_rule", _("as the rule says")
    LOOP = "loop", _("the mail has been here before, or went through too many servers")
    LEADS_BACK = "leads_back", _("the destination receives its mail here")
    RAW_MISSING = "raw_missing", _("the raw mail is not in the bucket")
    RAW_UNREACHABLE = "raw_unreachable", _("the bucket did not answer")
    NULL_SENDER = "null_sender", _("no bounce: the mail has no sender to answer to")
    AUTOMATIC = "automatic", _("no bounce: the mail was sent by a machine")
    LIST_MAIL = "list_mail", _("no bounce: the mail came through a list")
    UNAUTHENTICATED = "unauthenticated", _("no bounce: the sender may be forged")
    UNSAFE = "unsafe", _("no bounce: it is spam, or carries a virus")
    TOO_OLD = "too_old", _("no bounce: SES bounces within 24 hours only")
    NO_IDENTITY = "no_identity", _("no verified address of ours to send from")
    TOO_LARGE = "too_large", _("too large to be sent on")
    THROTTLED = "throttled", _("the service asked for patience")
    UNAVAILABLE = "unavailable", _("the service could not be reached")
    REFUSED = "refused", _("the service refused")
    ANSWER_LOST = "answer_lost", _("the answer was lost: it may have been carried out")
    NOT_CONFIGURED = "not_configured", _("a setting is missing")
    DESTINATION_GONE = "destination_gone", _("the destination does not exist any more")
    DESTINATION_BROKEN = "destination_broken", _("the destination takes nothing until somebody mends it")
    IN_ORDER = "in_order", _("waits its turn behind mail that came before")
    KEPT_STOPPING = "kept_stopping", _("the work kept stopping on the way")
    GIVEN_UP = "given_up", _("tried for too long")
    RELEASED = "released", _("released by a person")
    AGAIN = "again", _("delivered again at a person's word")
    SKIPPED = "skipped", _("given up by a person")
