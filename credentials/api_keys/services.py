"""Making keys, revoking them, and telling whose key a program holds.

The secret has 256 bits, so a plain hash keeps it as safe as a slow one would, and costs each request nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.api_keys.models import ApiKey
from credentials.api_keys.scopes import Scope
from portal.activity import record_activity
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.auth.models import User

USE_NOTED_EVERY = timedelta(minutes=1)
MOST_PER_MINUTE = 100_000
_PREFIX_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_PREFIX_CHARS = 8
_KEY = re.compile(r"pr_(live|test)_([a-z0-9]{8})_[A-Za-z0-9_-]{40,60}")


class BadKey(Exception):
    """The text opens nothing; `code` is unknown, revoked or expired."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class KeyWishes:
    """What a key shall be; `guest_list_id` counts for test keys only."""

    name: str
    scopes: Sequence[str]
    kind: str = ApiKey.Kind.LIVE
    per_minute: int = 600
    expires_at: datetime | None = None
    guest_list_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with its text: the only time that it is known."""

    key: ApiKey
    text: str = field(repr=False)


@transaction.atomic
def create_key(wishes: KeyWishes, *, actor: User | None) -> NewKey:
    """Make a key. Raises InvalidInput for a name, scopes, a limit or a date that cannot be."""
    _require_usable(wishes)
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _place in range(_PREFIX_CHARS))
    text = f"pr_{wishes.kind}_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(kind=wishes.kind, prefix=prefix, secret_hash=_hash(text), created_by=actor)
    _apply(key, wishes)
    key.save(force_insert=True)
    record_activity("api_key.created", actor=actor, target=key, scopes=key.scopes)
    return NewKey(key, text)


@transaction.atomic
def change_key(key_id: int, wishes: KeyWishes, *, actor: User | None) -> ApiKey:
    """Change what a key may do; its kind and its secret stay. Raises InvalidInput."""
    _require_usable(wishes)
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    _apply(key, wishes)
    key.save(update_fields=["name", "scopes", "per_minute", "expires_at", "guest_list_id"])
    record_activity("api_key.changed", actor=actor, target=key, scopes=key.scopes)
    return key


@transaction.atomic
def revoke_key(key_id: int, *, actor: User | None) -> ApiKey:
    """Let the key open nothing any more, from its next request on; harmless when it was revoked before."""
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        record_activity("api_key.revoked", actor=actor, target=key)
    return key


def key_of(text: str) -> ApiKey:
    """The key that a program holds. Raises BadKey."""
    match = _KEY.fullmatch(text)
    key = ApiKey.objects.filter(prefix=match[2]).first() if match else None
    if key is None or not hmac.compare_digest(key.secret_hash, _hash(text)):
        raise BadKey("unknown")
    if key.revoked_at is not None:
        raise BadKey("revoked")
    if key.is_expired:
        raise BadKey("expired")
    return key


def note_use(key: ApiKey) -> None:
    """Remember that the key was used now, at most once a minute."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _apply(key: ApiKey, wishes: KeyWishes) -> None:
    key.name = wishes.name.strip()
    key.scopes = [scope for scope in Scope.values if scope in wishes.scopes]
    key.per_minute, key.expires_at = wishes.per_minute, wishes.expires_at
    key.guest_list_id = wishes.guest_list_id if key.is_test else None


def _require_usable(wishes: KeyWishes) -> None:
    name = wishes.name.strip()
    if not name or len(name) > 80 or not name.isprintable():  # noqa: PLR2004  # the column's length
        raise InvalidInput(_("Give the key a name of at most 80 characters, such as the program that uses it."))
    if unknown := set(wishes.scopes) - set(Scope.values):
        raise InvalidInput(_("There is no permission “%s”.") % min(unknown))
    if not wishes.scopes:
        raise InvalidInput(_("Choose at least one thing that the key may do."))
    if wishes.kind not in ApiKey.Kind.values:
        raise InvalidInput(_("A key is live or for tests."))
    if not 1 <= wishes.per_minute <= MOST_PER_MINUTE:
        raise InvalidInput(_("Between 1 and %d requests a minute.") % MOST_PER_MINUTE)
    if wishes.expires_at is not None and wishes.expires_at <= timezone.now():
        raise InvalidInput(_("It must be valid until some time in the future."))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
