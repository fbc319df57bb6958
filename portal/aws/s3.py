"""Amazon S3: objects as streams, direct uploads from the browser, and what an object-created event says.

Source: S3 API Reference; "Browser-Based Uploads Using POST (AWS Signature Version 4)"; "Event message structure".
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote_plus

from botocore.config import Config
from botocore.exceptions import ClientError, IncompleteReadError
from django.utils.http import content_disposition_header

from portal.aws.session import session, translated
from portal.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from types_boto3_s3 import S3Client

SERVICE = "s3"
READ_BLOCK_BYTES = 1024 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchBucket"})
_CHANGED = frozenset({"412", "PreconditionFailed"})
_BEHIND_END = frozenset({"416", "InvalidRange"})


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What S3 says about one object; `etag` without quotes."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """A form that a browser posts to `url`: all `fields` first, then the file as `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class CreatedObject:
    """One object that an event says was created."""

    bucket: str
    key: str
    etag: str
    size_bytes: int


class ObjectMissing(Unavailable):
    """There is no such object."""


class ObjectChanged(Unavailable):
    """The object is not the one with the given etag any more."""


class _BehindEnd(Unavailable):
    """There is no byte from the asked offset on."""


@cache
def _client() -> S3Client:
    # Without s3v4 botocore signs presigned URLs of some regions in the old way, which KMS encryption refuses.
    config = Config(
        signature_version="s3v4",
        connect_timeout=3,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return session().client("s3", config=config)


@contextmanager
def _translated(key: str) -> Iterator[None]:
    with translated(SERVICE):
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise ObjectMissing(f"no object {key}", service=SERVICE, code=code) from error
            if code in _CHANGED:
                raise ObjectChanged(f"object {key} has changed", service=SERVICE, code=code) from error
            if code in _BEHIND_END:
                raise _BehindEnd(f"object {key} ends before", service=SERVICE, code=code) from error
            raise
        except IncompleteReadError as error:
            raise Unavailable(f"the reading of {key} broke off", service=SERVICE) from error


def head_object(bucket: str, key: str) -> ObjectFacts:
    """Size and etag. Raises ObjectMissing, OutsideError."""
    with _translated(key):
        answer = _client().head_object(Bucket=bucket, Key=key)
    return ObjectFacts(size_bytes=answer["ContentLength"], etag=answer["ETag"].strip('"'))


def open_object(bucket: str, key: str, *, offset: int = 0, etag: str = "") -> BinaryIO:
    """A stream of the object from byte `offset` on, empty at its end; reads as it goes, holds about a megabyte.

    Raises ObjectMissing, ObjectChanged (where `etag` is given and no longer true), OutsideError; also while reading.
    """
    condition: dict[str, Any] = {"Range": f"bytes={offset}-"} if offset else {}
    if etag:
        condition["IfMatch"] = etag
    try:
        with _translated(key):
            body = _client().get_object(Bucket=bucket, Key=key, **condition)["Body"]
    except _BehindEnd:  # S3 has no empty ranges
        return io.BytesIO()
    return io.BufferedReader(_ObjectStream(body, key), READ_BLOCK_BYTES)


def upload_object(bucket: str, key: str, stream: BinaryIO, *, headers: Mapping[str, str] | None = None) -> None:
    """Write a stream as an object, in parts where it is long; `headers` e.g. ContentType. Raises OutsideError."""
    with _translated(key):
        _client().upload_fileobj(stream, bucket, key, ExtraArgs=dict(headers or {}))


def copy_object(source_bucket: str, source_key: str, *, bucket: str, key: str) -> None:
    """Copy within S3, in parts where it is long. Raises ObjectMissing, OutsideError."""
    with _translated(source_key):
        _client().copy({"Bucket": source_bucket, "Key": source_key}, bucket, key)


def delete_object(bucket: str, key: str) -> None:
    """Delete the object; one that is not there is fine. Raises OutsideError."""
    with _translated(key):
        _client().delete_object(Bucket=bucket, Key=key)


def presign_post(bucket: str, key: str, *, max_bytes: int, content_type: str, expires_s: int) -> PresignedPost:
    """A form for one upload of 1 to `max_bytes` bytes under exactly this key; S3 answers it with 201."""
    fields = {"Content-Type": content_type, "success_action_status": "201"}
    conditions: list[Any] = [{name: value} for name, value in fields.items()]
    conditions.append(["content-length-range", 1, max_bytes])
    with _translated(key):
        form = _client().generate_presigned_post(
            Bucket=bucket, Key=key, Fields=fields, Conditions=conditions, ExpiresIn=expires_s
        )
    return PresignedPost(url=form["url"], fields=dict(form["fields"]))


def presign_download(bucket: str, key: str, *, file_name: str, expires_s: int) -> str:
    """A URL that downloads the object under `file_name`."""
    disposition = content_disposition_header(True, file_name)
    with _translated(key):
        return _client().generate_presigned_url(
            "get_object",
            Params={"Bucket": bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=expires_s,
        )


def created_objects(event: Any) -> list[CreatedObject]:
    """The objects that one S3 notification says were created; none for `s3:TestEvent`.

    Keys come URL-quoted, with + for a space. Raises KeyError or TypeError for what is no S3 notification.
    """
    if not isinstance(event, dict):
        raise TypeError("no object of JSON")
    if event.get("Event") == "s3:TestEvent":
        return []
    return [
        CreatedObject(
            bucket=str(record["s3"]["bucket"]["name"]),
            key=unquote_plus(record["s3"]["object"]["key"]),
            etag=str(record["s3"]["object"].get("eTag", "")).strip('"'),
            size_bytes=int(record["s3"]["object"].get("size", 0)),
        )
        for record in event["Records"]
        if str(record["eventName"]).startswith("ObjectCreated:")
    ]


class _ObjectStream(io.RawIOBase):
    """An object's body as a raw stream; io.BufferedReader on top gives lines."""

    def __init__(self, body: Any, key: str) -> None:
        self._body = body
        self._key = key

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        with _translated(self._key):
            block: bytes = self._body.read(len(view))
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
