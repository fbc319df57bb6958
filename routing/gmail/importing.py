"""Putting one message into one mailbox: begun, sent, and what became of an earlier try settled first.

The address of the upload is in the row before the first byte goes out. A later try asks it: Gmail has the message
(then this is its id), or so many bytes of it (then the rest is sent), or nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, TypeVar

from credentials.grants.tokens import access_token, fresh_access
from portal.aws import s3
from portal.errors import AuthExpired, PortalError, Refused, Throttled, Unavailable
from portal.google import gmail
from portal.google.errors import SERVICE, NotThere, StaleToken
from portal.google.gmail import Imported
from routing.gmail.labels import IN_SIGHT, forget_labels, label_ids
from routing.gmail.models import GmailImport, GmailMailbox
from routing.inbound.models import InboundMessage

T = TypeVar("T")
MAX_ROUNDS = 8  # of "go on from here"
BLOCK_BYTES = 64 * 1024


class UnclearError(PortalError):
    """Whether the message is in the mailbox cannot be found out: the upload is forgotten, and we may not look."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a message is to lie in the mailbox."""

    labels: tuple[str, ...] = ()
    never_spam: bool = False
    in_sight: tuple[str, ...] = IN_SIGHT  # empty: under its labels alone


@dataclass(frozen=True, slots=True)
class Parcel:
    """The bytes that go out: our head, then the mail as it lies in the bucket."""

    message: InboundMessage
    head: bytes
    raw_bytes: int
    etag: str

    @property
    def size_bytes(self) -> int:
        """Of both together."""
        return len(self.head) + self.raw_bytes

    def open(self, offset: int) -> IO[bytes]:
        """A stream from a byte on; reads the bucket as it goes."""
        head = self.head[offset:]
        body = s3.open_object(
            self.message.bucket, self.message.object_key, offset=max(0, offset - len(self.head)), etag=self.etag
        )
        return io.BufferedReader(_Joined(head, body), BLOCK_BYTES) if head else body


def put_into_mailbox(row: GmailImport, wish: Wish) -> Imported:
    """Have the message in the mailbox once, whatever earlier tries did; the row is held by the caller.

    Raises OutsideError as Google or the bucket failed us, UnclearError, ConfigurationError. Outside of transactions.
    """
    facts = s3.head_object(row.message.bucket, row.message.object_key)
    parcel = Parcel(row.message, row.head.encode(), facts.size_bytes, facts.etag)
    if parcel.size_bytes > gmail.MAX_IMPORT_BYTES:
        raise Refused("larger than Gmail takes", service=SERVICE, code="uploadTooLarge")
    return _with_token(row.mailbox, lambda token: _put(row, parcel, wish, token))


def _with_token(mailbox: GmailMailbox, act: Callable[[str], T]) -> T:
    """Refresh once when Google does not accept the token."""
    token = access_token(mailbox.grant)
    try:
        return act(token)
    except StaleToken:
        fresh = fresh_access(mailbox.grant, refused=token)
    try:
        return act(fresh)
    except StaleToken as error:
        raise Unavailable("Google accepts no token of this account", service=SERVICE, code=error.code) from error


def _put(row: GmailImport, parcel: Parcel, wish: Wish, token: str) -> Imported:
    offset = 0
    if row.upload_url:
        known = _what_became(row, parcel, token)
        if isinstance(known, Imported):
            return known
        offset = known
    if not row.upload_url:
        _remember(row, _begun(row.mailbox, parcel, wish, token))
    return _send(row, parcel, token, offset)


def _what_became(row: GmailImport, parcel: Parcel, token: str) -> Imported | int:
    try:
        return gmail.ask_import(token, row.upload_url, size_bytes=parcel.size_bytes)
    except Refused as error:
        found = _looked_up(row, token)
        if found is None:
            raise UnclearError("Gmail has forgotten the upload") from error
    if found:
        return Imported(found)
    _remember(row, "")
    return 0


def _looked_up(row: GmailImport, token: str) -> str | None:
    """The id at Gmail, "" when it is not there, None when we cannot look."""
    if gmail.READ not in row.mailbox.grant.scopes or not row.message.rfc_message_id:
        return None
    return gmail.find_message(token, row.message.rfc_message_id)


def _begun(mailbox: GmailMailbox, parcel: Parcel, wish: Wish, token: str) -> str:
    try:
        return _begin(mailbox, parcel, wish, token)
    except Refused as error:
        if not wish.labels or error.code not in {"invalidArgument", "INVALID_ARGUMENT"}:
            raise
    forget_labels(mailbox)
    return _begin(mailbox, parcel, wish, token)


def _begin(mailbox: GmailMailbox, parcel: Parcel, wish: Wish, token: str) -> str:
    return gmail.begin_import(
        token,
        size_bytes=parcel.size_bytes,
        label_ids=label_ids(mailbox, token, wish.labels, in_sight=wish.in_sight),
        never_spam=wish.never_spam,
    )


def _send(row: GmailImport, parcel: Parcel, token: str, offset: int) -> Imported:
    for _round in range(MAX_ROUNDS):
        outcome = _part(row, parcel, token, offset)
        if isinstance(outcome, Imported):
            return outcome
        offset = outcome
    raise Unavailable("Gmail keeps asking for more", service=SERVICE, code="no_progress")


def _part(row: GmailImport, parcel: Parcel, token: str, offset: int) -> Imported | int:
    try:
        with parcel.open(offset) as content:
            return gmail.put_import(token, row.upload_url, content, offset=offset, size_bytes=parcel.size_bytes)
    except (AuthExpired, Throttled, Refused) as error:
        _remember(row, "")  # plainly not taken: the next try begins anew, however late it comes
        if isinstance(error, NotThere):
            raise Unavailable("Gmail forgot the upload on the way", service=SERVICE, code=error.code) from error
        raise


def _remember(row: GmailImport, upload_url: str) -> None:
    row.upload_url = upload_url
    GmailImport.objects.filter(pk=row.pk).update(upload_url=upload_url)


def joint_wish(wishes: Iterable[Wish]) -> Wish:
    """One message lies in a mailbox once, so it gets what any of its recipients' rules say."""
    known = list(wishes)
    labels = dict.fromkeys(label for wish in known for label in wish.labels)
    return Wish(tuple(labels), any(wish.never_spam for wish in known))


class _Joined(io.RawIOBase):
    """Our head, then the body's stream."""

    def __init__(self, head: bytes, body: IO[bytes]) -> None:
        self._head = head
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer
        block = self._head[: len(buffer)] or self._body.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
