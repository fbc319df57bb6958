"""Google's consent page and token endpoint (authorization code with PKCE, for web servers).

Our own small client, because google-auth drops `refresh_token_expires_in`, which is all that tells when a consent ends.
Source: Google Identity, "Using OAuth 2.0 for Web Server Applications"; RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from portal.errors import AnswerLost, PortalError, Unavailable
from portal.google.errors import SERVICE, Answer, token_error
from portal.google.wire import ask

_OK = 200
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_ISSUERS = frozenset({"https://accounts.google.com", "accounts.google.com"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave; `refresh_token` "" and the lifetime None where it did not say."""

    access_token: str = field(repr=False)
    expires_in_s: int
    scopes: tuple[str, ...]
    refresh_token: str = field(default="", repr=False)
    refresh_expires_in_s: int | None = None
    id_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose consent it is; `subject` is Google's own id, which stays when the address changes."""

    subject: str
    email: str


def consent_url(*, redirect_uri: str, scopes: tuple[str, ...], state: str, verifier: str, email: str = "") -> str:
    """The address where a person agrees; `email` suggests an account."""
    asked = {
        "client_id": settings.GOOGLE_CLIENT_ID, "redirect_uri": redirect_uri, "response_type": "code",
        "scope": " ".join(scopes), "state": state, "code_challenge": _challenge_of(verifier),
        "code_challenge_method": "S256", "access_type": "offline", "prompt": "consent",
    }  # fmt: skip
    if email:
        asked["login_hint"] = email
    return f"{settings.GOOGLE_AUTH_URL}?{urlencode(asked)}"


def redeem_code(code: str, *, redirect_uri: str, verifier: str) -> Tokens:
    """The tokens for what a person agreed to. Raises PermissionLost for a bad code, ClientRefused, OutsideError."""
    return _tokens(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    )


def refresh(refresh_token: str) -> Tokens:
    """A fresh access token. Raises PermissionLost when the consent is gone, ClientRefused, OutsideError."""
    return _tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})


def revoke(token: str) -> bool:
    """End a consent at Google; False when it was over already. Raises OutsideError."""
    answer = ask("POST", settings.GOOGLE_REVOKE_URL, headers=_FORM, body=urlencode({"token": token}).encode())
    if answer.status >= 500:  # noqa: PLR2004 - the first server error
        raise Unavailable("Google did not end the consent", service=SERVICE, code=f"http_{answer.status}")
    return answer.status == _OK


def identity_of(tokens: Tokens) -> Identity | None:
    """Whose consent it is; None when Google did not say, or said it for another client.

    The signature is not looked at: the token came from Google itself over TLS (OpenID Connect Core, 3.1.3.7).
    """
    claims = _claims_of(tokens.id_token)
    is_ours = claims.get("aud") == settings.GOOGLE_CLIENT_ID and claims.get("iss") in _ISSUERS
    if not is_ours or not claims.get("sub") or not claims.get("email") or claims.get("email_verified") is not True:
        return None
    return Identity(subject=str(claims["sub"])[:255], email=str(claims["email"]).lower()[:254])


def _tokens(asked: dict[str, str]) -> Tokens:
    client = {"client_id": settings.GOOGLE_CLIENT_ID, "client_secret": settings.GOOGLE_CLIENT_SECRET}
    try:
        answer = ask("POST", settings.GOOGLE_TOKEN_URL, headers=_FORM, body=urlencode({**asked, **client}).encode())
    except AnswerLost as error:  # nothing hangs on it: a token that nobody saw does no harm
        raise Unavailable(str(error), service=SERVICE, code=error.code) from error
    if answer.status != _OK:
        raise token_error(answer)
    return _read(answer)


def _read(answer: Answer) -> Tokens:
    told = answer.json()
    if not isinstance(told.get("access_token"), str):
        raise _no_tokens()
    lifetime = told.get("refresh_token_expires_in")
    return Tokens(
        access_token=told["access_token"],
        expires_in_s=_whole(told.get("expires_in")) or 0,
        scopes=tuple(str(told.get("scope", "")).split()),
        refresh_token=str(told.get("refresh_token") or ""),
        refresh_expires_in_s=_whole(lifetime),
        id_token=str(told.get("id_token") or ""),
    )


def _no_tokens() -> PortalError:
    return Unavailable("Google's answer holds no token", service=SERVICE, code="no_token")


def _whole(value: object) -> int | None:
    if isinstance(value, int | str) and str(value).isdigit():
        return int(value)
    return None


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _claims_of(id_token: str) -> dict[str, Any]:
    try:
        payload = id_token.split(".")[1]
        parsed = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
