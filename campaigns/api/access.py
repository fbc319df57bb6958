"""Who calls: the key in the header, what it may do, and how often."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from campaigns.api.body import body_of
from campaigns.api.problems import Problem
from credentials.api_keys.services import BadKey, key_of, note_use
from portal.ratelimit import take_turn

if TYPE_CHECKING:
    from django.http import HttpRequest

    from credentials.api_keys.models import ApiKey
    from credentials.api_keys.scopes import Scope

PER_S = 60


class ApiKeyAuth(HttpBearer):
    """A key with one scope, in `Authorization: Bearer` or `X-Api-Key`; becomes `request.auth`."""

    openapi_name = "ApiKey"

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        key = self.authenticate(request, _given_key(request))
        body_of(request)  # now, because Django would read no more of it than of a form
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """Raises Problem without a usable key, without the scope, or when its turns are used up."""
        try:
            key = key_of(token)
        except BadKey as error:
            raise Problem(401, "unauthorised", _WORDS[error.code](), is_challenge=True) from error
        _take_turn(key)
        note_use(key)
        if self.scope not in key.scopes:
            raise Problem(403, "forbidden", _("This needs the permission %s, which the key has not.") % self.scope)
        return key


_WORDS = {
    "unknown": lambda: _("Send a key of yours in the header: Authorization: Bearer pr_live_…"),
    "revoked": lambda: _("This key was revoked."),
    "expired": lambda: _("This key has expired."),
}


def _given_key(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.headers.get("X-Api-Key", "").strip()


def _take_turn(key: ApiKey) -> None:
    if take_turn("api.key", key.prefix, limit=key.per_minute, per_s=PER_S):
        return
    wait_s = PER_S - int(time.time()) % PER_S
    text = _("This key may send %d requests a minute.") % key.per_minute
    raise Problem(429, "too_many_requests", text, retry_after_s=wait_s)
