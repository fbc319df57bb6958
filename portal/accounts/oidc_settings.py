"""allauth's setting of the one OpenID provider. Imported by the settings: knows neither Django nor models."""

from __future__ import annotations

from typing import Any

PROVIDER = "openid_connect"
PROVIDER_ID = "sso"  # in the address that the provider sends people back to


def oidc_providers(issuer: str, client_id: str, secret: str, name: str, scopes: list[str]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: nothing without an issuer; the code flow with PKCE (RFC 7636) with one."""
    if not issuer:
        return {}
    app = {
        "provider_id": PROVIDER_ID,
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer, "scope": scopes, "oauth_pkce_enabled": True},
    }
    return {PROVIDER: {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
