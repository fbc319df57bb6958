"""Why something that came as feedback changed nothing, or less than it says."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """The causes that are counted; the words are those of the page."""

    REPEATED = "repeated", _("came before")
    UNREADABLE = "unreadable", _("not feedback of SES")
    TRUNCATED = "truncated", _("cut off")
    FORGED_TAG = "forged-tag", _("a tag that Postroom never gives")
    UNKNOWN_TAG = "unknown-tag", _("a delivery that does not exist")
    OTHER_ADDRESS = "other-address", _("another address than the delivery's")
    NOT_OURS = "not-ours", _("mail that Postroom did not send")
    FOREIGN_TOPIC = "foreign-topic", _("through a foreign topic")
    FOREIGN_ACCOUNT = "foreign-account", _("from a foreign account")
    ERASED = "erased", _("about a person who was forgotten")
    UNKNOWN_TYPE = "unknown-type", _("a kind of event that Postroom does not know")
    UNMATCHED = "unmatched", _("without a tag, and never matched")
