"""The token endpoint, revocation and userinfo. Source: Google Identity, "Using OAuth 2.0 for Web Server Applications"."""

from __future__ import annotations

from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import Reply, json_reply


def token(double: Double, request: Request) -> Reply:
    """Redeem a code or refresh an access token."""
    form = request.form
    double.accounts.check_client(form.get("client_id", ""), form.get("client_secret", ""))
    if form.get("grant_type") == "refresh_token":
        return json_reply(double.accounts.refresh(form.get("refresh_token", "")))
    if form.get("grant_type") != "authorization_code":
        raise GoogleError("invalid_request")
    redirect_uri, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
    return json_reply(double.accounts.redeem_code(form.get("code", ""), redirect_uri=redirect_uri, verifier=verifier))


def revoke(double: Double, request: Request) -> Reply:
    """End a consent."""
    token_text = request.form.get("token") or request.query.get("token", "")
    if not double.accounts.revoke(token_text):
        return json_reply({"error": "invalid_token", "error_description": "Token is not revocable."}, status=400)
    return json_reply({})


def userinfo(double: Double, request: Request) -> Reply:
    """Tell whose access token it is."""
    email, scopes = double.accounts.holder(request.bearer)
    if "openid" not in scopes:
        raise GoogleError("insufficientPermissions")
    return json_reply({"sub": double.accounts.subject_of(email), "email": email, "email_verified": True})
