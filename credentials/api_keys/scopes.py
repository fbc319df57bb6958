"""What a key may do; the words are stored with keys and stand in the API's reference."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """One permission of a key."""

    SEND_CAMPAIGNS = "campaigns:send", _("start campaigns")
    READ_CAMPAIGNS = "campaigns:read", _("see how campaigns stand")
    SEND_MESSAGES = "messages:send", _("send single messages")
    READ_MESSAGES = "messages:read", _("see what became of single messages")
    READ_CONTACTS = "contacts:read", _("read contacts and lists")
    WRITE_CONTACTS = "contacts:write", _("add and change contacts")
    READ_SUPPRESSIONS = "suppressions:read", _("ask whether an address is suppressed")
    WRITE_SUPPRESSIONS = "suppressions:write", _("suppress addresses, and let them go again")
    READ_ROUTES = "routes:read", _("ask where mail would go")
