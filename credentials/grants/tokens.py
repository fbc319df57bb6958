"""Access tokens of consents: sealed in the row, shared by all workers, refreshed by one at a time.

A revoked consent asks Google nothing; otherwise the row's `next_token_call_at` lets one call through at a time, and
after a failure none for a minute.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from credentials.encryption.services import seal, unseal
from credentials.grants import health
from credentials.grants.models import TABLE, Health, OAuthGrant
from portal.errors import OutsideError, PortalError, Unavailable
from portal.google import oauth
from portal.google.errors import SERVICE, ClientRefused, PermissionLost
from portal.leases import database_now

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)
TOKEN_CALL_GAP_S = 60
EARLY_S = 120  # a token that ends sooner is refreshed before it is used


class TokenWaits(Unavailable):
    """Another worker asks for a token just now, or one was refused a moment ago: come back in seconds."""


def access_token(grant: OAuthGrant) -> str:
    """A token that should work. Raises PermissionLost, TokenWaits, Unavailable, ConfigurationError.

    Call it outside of transactions.
    """
    if not grant.is_working:
        raise PermissionLost("the permission is gone", service=SERVICE, code=grant.reason)
    soon = database_now() + timedelta(seconds=EARLY_S)
    if grant.sealed_access_token and grant.access_expires_at and grant.access_expires_at > soon:
        return unseal(grant.sealed_access_token, table=TABLE, row=grant.row)
    return refresh_access(grant)


def fresh_access(grant: OAuthGrant, *, refused: str) -> str:
    """A token other than `refused`, which Google did not accept. Raises as `access_token`."""
    now = OAuthGrant.objects.get(pk=grant.pk)
    if now.is_working and now.sealed_access_token:
        known = unseal(now.sealed_access_token, table=TABLE, row=now.row)
        if known != refused:
            return known
    return refresh_access(now)


def refresh_access(grant: OAuthGrant) -> str:
    """Ask Google for a new token and write down how that went. Raises as `access_token`."""
    if not claim_token_call(grant.pk):
        raise TokenWaits("another worker asks for a token", service=SERVICE, code="token_waits")
    if not grant.sealed_refresh_token:
        raise PermissionLost("there is no token", service=SERVICE, code="disconnected")
    secret = unseal(grant.sealed_refresh_token, table=TABLE, row=grant.row)
    try:
        tokens = oauth.refresh(secret)
    except PermissionLost as error:
        if not _of_same_token(grant).exists():
            OAuthGrant.objects.filter(pk=grant.pk).update(next_token_call_at=None)
            raise TokenWaits("the account was connected again", service=SERVICE, code="token_waits") from error
        health.set_health(grant.pk, Health.REVOKED, reason=error.code)
        raise
    except (OutsideError, ClientRefused) as error:
        health.set_health(grant.pk, Health.UNREACHABLE, reason=error.code)
        raise _passing(error) from error
    _keep(grant, tokens)
    return tokens.access_token


def claim_token_call(grant_id: int) -> bool:
    """Whether this worker may ask the token endpoint; nobody else may for a minute, or until it went well."""
    free = Q(next_token_call_at__isnull=True) | Q(next_token_call_at__lte=Now())
    rows = OAuthGrant.objects.filter(free, pk=grant_id)
    return rows.update(next_token_call_at=Now() + timedelta(seconds=TOKEN_CALL_GAP_S)) == 1


def sealed_tokens(tokens: oauth.Tokens, *, row: str) -> dict[str, object]:
    """The columns that new tokens fill; asks KMS, so outside of transactions."""
    now = database_now()
    columns: dict[str, object] = {
        "sealed_access_token": seal(tokens.access_token, table=TABLE, row=row),
        "access_expires_at": now + timedelta(seconds=tokens.expires_in_s),
        "next_token_call_at": None,
    }
    if tokens.refresh_token:
        columns["sealed_refresh_token"] = seal(tokens.refresh_token, table=TABLE, row=row)
    if tokens.refresh_expires_in_s is not None:
        columns["refresh_expires_at"] = now + timedelta(seconds=tokens.refresh_expires_in_s)
    if tokens.scopes:
        columns["scopes"] = list(tokens.scopes)
    return columns


def _keep(grant: OAuthGrant, tokens: oauth.Tokens) -> None:
    columns = sealed_tokens(tokens, row=grant.row)
    if tokens.refresh_expires_in_s is None and grant.refresh_expires_at and grant.refresh_expires_at <= database_now():
        columns["refresh_expires_at"] = None  # it outlived what was said: the end is not known
    if _of_same_token(grant).update(worked_at=Now(), **columns):
        health.note_refreshed(grant.pk)


def _of_same_token(grant: OAuthGrant) -> QuerySet[OAuthGrant]:
    """The row while it has the token that `grant` was read with: a reconnect meanwhile has newer ones, which stay."""
    return OAuthGrant.objects.filter(pk=grant.pk, sealed_refresh_token=grant.sealed_refresh_token)


def _passing(error: PortalError) -> PortalError:
    """For who wanted to deliver, a client that Google refuses is trouble that passes once the settings are mended."""
    if isinstance(error, ClientRefused):
        return Unavailable(str(error), service=SERVICE, code=error.code)
    return error
