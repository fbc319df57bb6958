"""The raw mail as SES stored it: read from S3, never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO

from portal.aws import s3
from routing.inbound.headers import MAX_HEADER_BYTES, Header, header_block, read_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.inbound.models import InboundMessage

_ASKERS = 8  # threads that ask S3
HEAD_BYTES = 64 * 1024
MAX_RAW_BYTES = 64 * 1024 * 1024  # SES stores at most 40 MB


def open_raw(message: InboundMessage) -> BinaryIO:
    """A stream of the mail's bytes; close it. Raises portal.aws.s3.ObjectMissing, OutsideError; also while reading."""
    return s3.open_object(message.bucket, message.object_key)


def read_raw(message: InboundMessage) -> bytes:
    """The whole mail. Raises portal.aws.s3.ObjectMissing, OutsideError."""
    with open_raw(message) as stream:
        return stream.read(MAX_RAW_BYTES)


def size_of_raw(message: InboundMessage) -> int:
    """Bytes. Raises portal.aws.s3.ObjectMissing, OutsideError."""
    return s3.head_object(message.bucket, message.object_key).size_bytes


def headers_of(message: InboundMessage) -> tuple[Header, ...]:
    """The headers that the row keeps."""
    return tuple((str(name), str(value)) for name, value in message.headers)


def full_headers(message: InboundMessage) -> tuple[Header, ...]:
    """All headers, from the row where it has them. Raises portal.aws.s3.ObjectMissing, OutsideError."""
    if message.headers and not message.headers_truncated:
        return headers_of(message)
    return headers_of_raw(message)


def whole_headers(messages: Iterable[InboundMessage]) -> dict[int, tuple[Header, ...]]:
    """All headers of those whose rows have not all, by message; of mail that is gone, what the row has.

    Outside of transactions. Raises OutsideError.
    """
    cut_off = {message.pk: message for message in messages if message.headers_truncated}
    with ThreadPoolExecutor(_ASKERS) as pool:
        return dict(zip(cut_off, pool.map(_whole_or_kept, cut_off.values()), strict=True))


def _whole_or_kept(message: InboundMessage) -> tuple[Header, ...]:
    try:
        return headers_of_raw(message)
    except s3.ObjectMissing:
        return headers_of(message)


def headers_of_raw(message: InboundMessage) -> tuple[Header, ...]:
    """All headers, read from the mail itself. Raises portal.aws.s3.ObjectMissing, OutsideError."""
    with open_raw(message) as stream:
        head = stream.read(HEAD_BYTES)
        while len(head) < MAX_HEADER_BYTES and header_block(head) == head:
            more = stream.read(HEAD_BYTES)
            if not more:
                break
            head += more
    return read_headers(head)
