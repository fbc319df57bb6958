"""A signed note of when our own page showed a form: nobody reads and fills it in within two seconds."""

from __future__ import annotations

from django.core.signing import BadSignature, TimestampSigner

FASTEST_S = 2
LONGEST_S = 24 * 3600


def shown_stamp(form_key: str) -> str:
    """A note of now, which goes into the page and comes back with what was written."""
    return _signer().sign(form_key)


def is_read_by_a_person(stamp: str, form_key: str) -> bool:
    """Whether the note is of this form, and as old as a page that somebody read and filled in."""
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
    return TimestampSigner(salt="campaigns.forms.shown")
