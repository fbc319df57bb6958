"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from credentials.api_keys.models import ApiKey
from credentials.grants.models import GrantEvent, OAuthGrant
from credentials.sending_domains.models import DomainRecord, SendingDomain
from credentials.smtp_users.models import (
    SmtpDrift,
    SmtpHandover,
    SmtpKey,
    SmtpMailEvent,
    SmtpUser,
    SmtpUserDay,
    SmtpUserStep,
    SmtpViolation,
)

__all__ = [
    "ApiKey",
    "DomainRecord",
    "GrantEvent",
    "OAuthGrant",
    "SendingDomain",
    "SmtpDrift",
    "SmtpHandover",
    "SmtpKey",
    "SmtpMailEvent",
    "SmtpUser",
    "SmtpUserDay",
    "SmtpUserStep",
    "SmtpViolation",
]
