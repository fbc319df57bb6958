"""What is signed: the link in a confirmation mail, and the moment at which a form was shown."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import cache

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from campaigns.public_routes import SIGNUP_CONFIRM

VERSION = "1"
FASTEST_S = 2  # nobody reads and fills in a form in less
LONGEST_S = 24 * 3600
_MAC_BYTES = 15
_ID_DIGITS = 19


@cache
def _key() -> bytes:
    return hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"signup-confirm", digest_size=32).digest()


def confirm_url(request_id: int) -> str:
    """The whole link that confirms one request."""
    token = f"{VERSION}-{request_id}-{_mac(request_id)}"
    return f"{settings.PUBLIC_URL}/{SIGNUP_CONFIRM}{token}"


def read_token(token: str) -> int | None:
    """The request's id in a token that we issued, else None."""
    version, _, rest = token.partition("-")
    number, _, mac = rest.partition("-")
    if version != VERSION or not number.isascii() or not number.isdigit() or len(number) > _ID_DIGITS:
        return None
    return int(number) if hmac.compare_digest(mac.encode(), _mac(int(number)).encode()) else None


def shown_stamp(form_key: str) -> str:
    """A signed note of now, which goes into the form and comes back with the answers."""
    return _signer().sign(form_key)


def is_read_by_a_person(stamp: str, form_key: str) -> bool:
    """Whether the stamp is of this form, and as old as a form that somebody read and filled in."""
    try:
        key = _signer().unsign(stamp, max_age=LONGEST_S)
    except BadSignature:
        return False
    return key == form_key and not _is_too_young(stamp)


def _is_too_young(stamp: str) -> bool:
    try:
        _signer().unsign(stamp, max_age=FASTEST_S)
    except BadSignature:
        return False
    return True


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="campaigns.signup.shown")


def _mac(request_id: int) -> str:
    digest = hashlib.blake2b(str(request_id).encode(), key=_key(), digest_size=_MAC_BYTES).digest()
    return urlsafe_b64encode(digest).decode()
