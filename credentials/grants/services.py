"""Connecting, checking and disconnecting accounts at Google."""

from __future__ import annotations

import logging
import secrets
import uuid
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from credentials.encryption.services import unseal
from credentials.grants import health, tokens as grant_tokens
from credentials.grants.models import TABLE, Health, OAuthGrant
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput, OutsideError, PortalError
from portal.google import gmail, oauth
from portal.google.errors import PermissionLost
from portal.leases import database_now

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

IDENTITY_SCOPES = ("openid", "email")
CONSENT_S = 3600


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """One way to Google's consent page and back: who waits for it keeps this, and nobody else."""

    state: str
    verifier: str = field(repr=False)
    redirect_uri: str
    grant_id: int = 0  # that is to be connected again; 0 = any account
    asked_at_s: float = 0.0

    def json(self) -> dict[str, object]:
        """For the session."""
        return asdict(self)

    @property
    def is_over(self) -> bool:
        """Whether it was asked too long ago."""
        return self.asked_at_s + CONSENT_S < database_now().timestamp()


def wanted_scopes() -> tuple[str, ...]:
    """What a person is asked for: to put mail in, to make labels, and who they are."""
    reading = (gmail.READ,) if settings.GMAIL_ASKS_READING else ()
    return (*IDENTITY_SCOPES, gmail.INSERT, gmail.LABELS, *reading)


def is_configured() -> bool:
    """Whether the OAuth client is set."""
    return bool(settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET)


def begin_consent(*, redirect_uri: str, grant_id: int = 0) -> tuple[ConsentRequest, str]:
    """What to keep, and the address where the person agrees. Raises InvalidInput without an OAuth client."""
    if not is_configured():
        raise InvalidInput(
            _("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not set; docs/gmail.md says where they come from.")
        )
    email = OAuthGrant.objects.get(pk=grant_id).email if grant_id else ""
    request = ConsentRequest(
        state=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(64), redirect_uri=redirect_uri,
        grant_id=grant_id, asked_at_s=database_now().timestamp(),
    )  # fmt: skip
    url = oauth.consent_url(
        redirect_uri=redirect_uri, scopes=wanted_scopes(), state=request.state, verifier=request.verifier, email=email
    )
    return request, url


def finish_consent(request: ConsentRequest, code: str, *, actor: User | None) -> OAuthGrant:
    """Redeem the code of a consent and keep what it gave; the account flows from then on.

    Raises InvalidInput in plain words: too late, another account than the one to be connected again, nothing ticked that
    is needed. Then nothing is kept. Raises OutsideError, ConfigurationError.
    """
    if request.is_over:
        raise InvalidInput(_("That took more than an hour. Begin again."))
    try:
        tokens = oauth.redeem_code(code, redirect_uri=request.redirect_uri, verifier=request.verifier)
    except PermissionLost as error:
        raise InvalidInput(
            _("Google did not accept the answer: it was used before, or is too old. Begin again.")
        ) from error
    try:
        identity = _checked(tokens, request)
    except InvalidInput:
        _give_back(tokens)
        raise
    return _keep(identity, tokens, actor)


def _checked(tokens: oauth.Tokens, request: ConsentRequest) -> oauth.Identity:
    identity = oauth.identity_of(tokens)
    if identity is None:
        raise InvalidInput(
            _("Google did not say whose mailbox this is. Begin again and leave the e-mail address ticked.")
        )
    if gmail.INSERT not in tokens.scopes:
        raise InvalidInput(
            _("%(account)s was not allowed to receive mail: leave the box for adding mail ticked on Google's page.")
            % {"account": identity.email}
        )
    if not tokens.refresh_token:
        raise InvalidInput(
            _(
                "Google gave no lasting permission. Take Postroom's access away at myaccount.google.com/permissions, then begin again."
            )
        )
    wanted = OAuthGrant.objects.filter(pk=request.grant_id).first() if request.grant_id else None
    if wanted is not None and wanted.subject != identity.subject:
        raise InvalidInput(
            _("You chose %(chosen)s on Google's page, but %(wanted)s is to be connected again. Nothing was changed.")
            % {"chosen": identity.email, "wanted": wanted.email}
        )
    return identity


def _give_back(tokens: oauth.Tokens) -> None:
    """What we do not keep should not live on."""
    try:
        oauth.revoke(tokens.refresh_token or tokens.access_token)
    except OutsideError as error:
        logger.info("grant.not_given_back", extra={"error": error.code})


def _keep(identity: oauth.Identity, tokens: oauth.Tokens, actor: User | None) -> OAuthGrant:
    known = OAuthGrant.objects.filter(provider=OAuthGrant.Provider.GOOGLE, subject=identity.subject).first()
    seal_id = known.seal_id if known else uuid.uuid4()
    columns = {"refresh_expires_at": None, **grant_tokens.sealed_tokens(tokens, row=str(seal_id))}
    with transaction.atomic():
        grant, _made = OAuthGrant.objects.get_or_create(
            provider=OAuthGrant.Provider.GOOGLE, subject=identity.subject,
            defaults={"seal_id": seal_id, "email": identity.email},
        )  # fmt: skip
        if grant.seal_id != seal_id:
            raise Conflict(_("Somebody else connected this account at the same moment. Look again."))
        rows = OAuthGrant.objects.filter(pk=grant.pk)
        rows.update(email=identity.email, connected_at=Now(), worked_at=Now(), connected_by=actor, **columns)
        record_activity("grant.connected", actor=actor, target=grant)
    grant = OAuthGrant.objects.get(pk=grant.pk)
    who = actor.get_username() if actor else "manage.py"
    health.set_health(grant.pk, health.health_of(grant.refresh_expires_at, database_now()), actor_name=who)
    return OAuthGrant.objects.get(pk=grant.pk)


def check_grant(grant_id: int) -> None:
    """Look whether a consent holds, by a real refresh; what came of it stands in the row. Safe to run at any time."""
    grant = OAuthGrant.objects.get(pk=grant_id)
    if grant.health == Health.DISCONNECTED:
        return
    try:
        grant_tokens.refresh_access(grant)
    except PortalError as error:
        logger.info("grant.checked", extra={"grant": grant_id, "error": getattr(error, "code", "")})


def check_due_grants() -> int:
    """Look at every consent whose turn it is; how many."""
    due = health.due_grants()
    for grant_id in due:
        check_grant(grant_id)
    return len(due)


def try_again(grant_id: int, *, actor: User) -> OAuthGrant:
    """A person says that what Google refused is mended there: the consent counts as working until it is refused again.

    Raises Conflict for one without tokens.
    """
    grant = OAuthGrant.objects.get(pk=grant_id)
    if not grant.sealed_refresh_token or grant.reason == "invalid_grant":
        raise Conflict(_("This account has to be connected again; trying again does not help."))
    record_activity("grant.tried_again", actor=actor, target=grant)
    found = health.health_of(grant.refresh_expires_at, database_now())
    health.set_health(grant_id, found, actor_name=actor.get_username())
    return OAuthGrant.objects.get(pk=grant_id)


def disconnect(grant_id: int, *, actor: User) -> bool:
    """End the consent: the tokens are forgotten here, and ended at Google. False when Google could not be told."""
    grant = OAuthGrant.objects.get(pk=grant_id)
    secret = ""
    if grant.sealed_refresh_token:
        secret = unseal(grant.sealed_refresh_token, table=TABLE, row=grant.row)
    OAuthGrant.objects.filter(pk=grant_id).update(
        sealed_refresh_token="", sealed_access_token="", access_expires_at=None, refresh_expires_at=None
    )
    record_activity("grant.disconnected", actor=actor, target=grant)
    health.set_health(grant_id, Health.DISCONNECTED, actor_name=actor.get_username())
    if not secret:
        return True
    try:
        oauth.revoke(secret)
    except OutsideError:
        return False
    return True
