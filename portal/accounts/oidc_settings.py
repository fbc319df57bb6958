"""allauth's setting of the one OpenID provider. Imported by the settings: knows neither Django nor models."""

from __future__ import annotations

import hashlib
from typing import Any

PROVIDER = "openid_connect"


def provider_id_of(issuer: str) -> str:
    """Under what name people of this issuer are known; another issuer's people are never taken for them."""
    return f"oidc-{hashlib.sha256(issuer.encode()).hexdigest()[:16]}"


def oidc_providers(issuer: str, client_id: str, secret: str, name: str, scopes: list[str]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: nothing without an issuer; the code flow with PKCE (RFC 7636) with one."""
    if not issuer:
        return {}
    app = {
        "provider_id": provider_id_of(issuer),
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer, "scope": scopes, "oauth_pkce_enabled": True},
    }
    return {PROVIDER: {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
