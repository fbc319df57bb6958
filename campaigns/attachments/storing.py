"""Keeping the bytes of a file once, however often they are brought in; and letting go of what nothing uses."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from datetime import timedelta
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.attachments.contents import look_into
from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, PersonalFile, StoredFile
from campaigns.attachments.names import content_type_of
from portal.errors import InvalidInput
from portal.files import delete_file, save_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model, QuerySet

MAX_FILE_BYTES = 30_000_000  # more does not fit into 40 MB of mail, where it is written in letters
UNUSED_FOR = timedelta(days=3)  # long enough to undo, short enough for files about people
REMOVED_FOR = timedelta(days=1)
_IN_MEMORY_BYTES = 1024 * 1024
_BLOCK_BYTES = 256 * 1024
_SWEPT_AT_ONCE = 200
_USES: tuple[type[Model], ...] = (CampaignAttachment, FrozenAttachment, PersonalFile)


class FileRefused(InvalidInput):
    """The file cannot go with a mail; the text says why."""


def store_file(stream: IO[bytes], *, name: str, content_type: str = "") -> StoredFile:
    """Keep a content, or find it where it is kept already; call it outside of a transaction.

    `content_type` is what whoever brings it says of it. Raises FileRefused when it is empty or larger than any mail may
    be, OutsideError.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as kept:
        sha256, size_bytes = _take_in(stream, kept, name)
        if (known := _used_again(sha256)) is not None:
            return known
        found = look_into(cast("BinaryIO", kept))
        file = StoredFile(
            sha256=sha256,
            file_key=f"attachments/{sha256[:2]}/{sha256}-{secrets.token_hex(4)}",
            size_bytes=size_bytes,
            content_type=content_type_of(name, content_type),
            looks_like=found.kind,
            signs=list(found.signs),
        )
        kept.seek(0)
        save_file(file.file_key, _blocks(kept), headers={"ContentType": "application/octet-stream"})
    try:
        with transaction.atomic():
            file.save(force_insert=True)
    except IntegrityError:  # somebody else brought the same content this moment
        delete_file(file.file_key)
        return StoredFile.objects.get(sha256=sha256)
    return file


def sweep_unused() -> int:
    """Delete attachments that were taken off a day ago, then contents that nothing has used for some days."""
    now = timezone.now()
    CampaignAttachment.objects.filter(removed_at__lt=now - REMOVED_FOR).delete()
    old = StoredFile.objects.filter(used_at__lt=now - UNUSED_FOR)
    return _delete_unused(_without_use(old).order_by("pk")[:_SWEPT_AT_ONCE])


def discard_unused(file_ids: Iterable[int]) -> int:
    """Delete those of these contents that nothing uses, at once: they were about a person who is forgotten."""
    return _delete_unused(_without_use(StoredFile.objects.filter(pk__in=list(file_ids))))


def _delete_unused(files: QuerySet[StoredFile]) -> int:
    """The row first, the content after its commit: a key is never used again, so nobody can have it back meanwhile."""
    deleted = 0
    for file in files:
        try:
            with transaction.atomic():
                gone, _by_model = _without_use(StoredFile.objects.filter(pk=file.pk, used_at=file.used_at)).delete()
        except (IntegrityError, ProtectedError):  # attached this moment
            continue
        if gone:
            delete_file(file.file_key)
            deleted += 1
    return deleted


def _without_use(files: QuerySet[StoredFile]) -> QuerySet[StoredFile]:
    for model in _USES:
        files = files.filter(~Exists(model._base_manager.filter(file=OuterRef("pk"))))  # noqa: SLF001
    return files


def _take_in(stream: IO[bytes], kept: IO[bytes], name: str) -> tuple[str, int]:
    """Copy the stream, and give its hash and size. Raises FileRefused."""
    digest, size_bytes = hashlib.sha256(), 0
    for block in _blocks(stream):
        size_bytes += len(block)
        if size_bytes > MAX_FILE_BYTES:
            raise FileRefused(too_large_text(name))
        digest.update(block)
        kept.write(block)
    if not size_bytes:
        raise FileRefused(_("“%s” is empty.") % name)
    return digest.hexdigest(), size_bytes


def too_large_text(name: str) -> str:
    """What is said of a file over the limit."""
    limit = MAX_FILE_BYTES // 1_000_000
    return _("“%(name)s” is larger than %(limit)d MB, more than any mail may be. Put it on a page and link to it.") % {
        "name": name,
        "limit": limit,
    }


def _used_again(sha256: str) -> StoredFile | None:
    if not StoredFile.objects.filter(sha256=sha256).update(used_at=timezone.now()):
        return None
    return StoredFile.objects.filter(sha256=sha256).first()


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_BLOCK_BYTES), b"")
