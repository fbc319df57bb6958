"""Registers the models of every subject with Django; import them from their own subject."""

from __future__ import annotations

from credentials.api_keys.models import ApiKey
from credentials.grants.models import GrantEvent, OAuthGrant

__all__ = ["ApiKey", "GrantEvent", "OAuthGrant"]
