"""Files of the portal under keys like `imports/7/people.csv`: in the bucket FILES_BUCKET, or on disk where there is none.

Only this module and `portal.aws.s3` know which. Streams everywhere; no file is ever held in memory.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from portal.aws import s3
from portal.errors import ConfigurationError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed import WriteableBuffer

UPLOAD_EXPIRES_S = 3600
DOWNLOAD_EXPIRES_S = 300
CSV_TYPE = "text/csv"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as it is stored now; `etag` changes whenever the content does."""

    key: str
    size_bytes: int
    etag: str


class FileMissing(InvalidInput):
    """There is no file under this key."""


class FileChanged(InvalidInput):
    """The file is not the one that was asked for any more."""


def is_in_bucket() -> bool:
    """Whether files live in a bucket, so that browsers send and fetch them there directly."""
    return bool(settings.FILES_BUCKET)


def stat_file(key: str) -> StoredFile:
    """Size and etag. Raises FileMissing, OutsideError."""
    if is_in_bucket():
        try:
            facts = s3.head_object(settings.FILES_BUCKET, key)
        except s3.ObjectMissing as error:
            raise FileMissing(key) from error
        return StoredFile(key, facts.size_bytes, facts.etag)
    try:
        return _stat_on_disk(key, _path_of(key).stat())
    except FileNotFoundError as error:
        raise FileMissing(key) from error


def open_file(key: str, *, offset: int = 0, etag: str = "") -> BinaryIO:
    """A binary stream of the file from byte `offset` on; close it.

    Raises FileMissing; FileChanged when `etag` is given and the file is another one now; OutsideError (S3), also while
    reading.
    """
    if is_in_bucket():
        try:
            return s3.open_object(settings.FILES_BUCKET, key, offset=offset, etag=etag)
        except s3.ObjectMissing as error:
            raise FileMissing(key) from error
        except s3.ObjectChanged as error:
            raise FileChanged(key) from error
    try:
        stream = _path_of(key).open("rb", buffering=s3.READ_BLOCK_BYTES)
    except FileNotFoundError as error:
        raise FileMissing(key) from error
    if etag and _stat_on_disk(key, os.fstat(stream.fileno())).etag != etag:
        stream.close()
        raise FileChanged(key)
    stream.seek(offset)
    return stream


def save_file(key: str, blocks: Iterable[bytes], *, headers: Mapping[str, str] | None = None) -> StoredFile:
    """Write a file from blocks, replacing one of the same key; a reader never sees half of it. Raises OutsideError.

    `headers`: what a bucket answers with by itself, as S3 names them (ContentType, CacheControl).
    """
    if is_in_bucket():
        stream = io.BufferedReader(_BlockStream(iter(blocks)), s3.READ_BLOCK_BYTES)
        s3.upload_object(settings.FILES_BUCKET, key, stream, headers=headers)
        return stat_file(key)
    path = _path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        try:
            for block in blocks:
                part.write(block)
            part.flush()
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return stat_file(key)


def delete_file(key: str) -> None:
    """Delete the file; one that is not there is fine. Raises OutsideError."""
    if is_in_bucket():
        s3.delete_object(settings.FILES_BUCKET, key)
    else:
        _path_of(key).unlink(missing_ok=True)


def create_upload_form(key: str, *, content_type: str = CSV_TYPE, max_bytes: int | None = None) -> s3.PresignedPost:
    """A form with which a browser puts one file under this key by itself, up to UPLOAD_MAX_BYTES, within an hour.

    Check the result with `stat_file` afterwards. Raises ConfigurationError when files are on disk.
    """
    if not is_in_bucket():
        raise ConfigurationError("FILES_BUCKET is not set: files are on disk, send them through the site.")
    return s3.presign_post(
        settings.FILES_BUCKET,
        key,
        max_bytes=max_bytes or settings.UPLOAD_MAX_BYTES,
        content_type=content_type,
        expires_s=UPLOAD_EXPIRES_S,
    )


def download_url(key: str, *, file_name: str) -> str | None:
    """A URL good for five minutes, straight from the bucket; None when files are on disk and the site must send it."""
    if not is_in_bucket():
        return None
    return s3.presign_download(settings.FILES_BUCKET, key, file_name=file_name, expires_s=DOWNLOAD_EXPIRES_S)


def take_in(bucket: str, object_key: str, *, key: str) -> StoredFile:
    """Copy an object of another bucket to our files. Raises FileMissing, OutsideError."""
    try:
        if is_in_bucket():
            s3.copy_object(bucket, object_key, bucket=settings.FILES_BUCKET, key=key)
            return stat_file(key)
        with s3.open_object(bucket, object_key) as stream:
            return save_file(key, iter(lambda: stream.read(s3.READ_BLOCK_BYTES), b""))
    except s3.ObjectMissing as error:
        raise FileMissing(object_key) from error


def _path_of(key: str) -> Path:
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / key).resolve()
    if not path.is_relative_to(root) or path == root:
        raise InvalidInput(f"{key!r} is no key of a file")
    return path


def _stat_on_disk(key: str, facts: os.stat_result) -> StoredFile:
    return StoredFile(key, facts.st_size, f"{facts.st_ino:x}-{facts.st_mtime_ns:x}-{facts.st_size:x}")


class _BlockStream(io.RawIOBase):
    """Blocks of bytes as a raw stream, for uploads."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        taken = self._rest[: len(view)]
        self._rest = self._rest[len(taken) :]
        view[: len(taken)] = taken
        return len(taken)
