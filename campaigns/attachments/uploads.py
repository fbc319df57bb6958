"""Bringing files in: through the site, or where files live in a bucket, straight there and then looked at."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.core import signing
from django.utils.translation import gettext as _

from campaigns.attachments.services import attach
from campaigns.attachments.storing import MAX_FILE_BYTES, store_file, too_large_text
from portal.errors import InvalidInput
from portal.files import FileMissing, create_upload_form, delete_file, is_in_bucket, open_file, stat_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User

    from campaigns.attachments.models import CampaignAttachment
    from campaigns.sending.models import Campaign
    from portal.aws.s3 import PresignedPost

MAX_ZIP_BYTES = 500_000_000  # of personal files
_SALT = "campaigns.attachments.uploads"
_GOOD_FOR_S = 3600
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Where one file goes, and the token that says so afterwards."""

    form: PresignedPost
    token: str


def begin_upload(*, actor: User) -> UploadTicket | None:
    """A form for one file, good for an hour and this person; None where files go through the site. Raises OutsideError."""
    if not is_in_bucket():
        return None
    key = f"incoming/attachments/{secrets.token_hex(16)}"
    form = create_upload_form(key, content_type="application/octet-stream", max_bytes=MAX_ZIP_BYTES)
    return UploadTicket(form, signing.dumps({"key": key, "user": actor.pk}, salt=_SALT))


@contextmanager
def uploaded(token: str, *, actor: User) -> Iterator[IO[bytes]]:
    """What the browser put under the token's key, as a seekable stream; it is deleted from there afterwards.

    Raises InvalidInput for a wrong or old token, OutsideError.
    """
    key = _key_of(token, actor)
    try:
        if stat_file(key).size_bytes > MAX_ZIP_BYTES:
            raise InvalidInput(zip_too_large_text())
        with tempfile.TemporaryFile() as here, open_file(key) as stream:
            while block := stream.read(_BLOCK_BYTES):
                here.write(block)
            here.seek(0)
            yield here
    except FileMissing as error:
        raise InvalidInput(_("The file did not arrive. Send it again.")) from error
    finally:
        delete_file(key)


def take_in(campaign: Campaign, stream: IO[bytes], *, name: str, content_type: str, actor: User) -> CampaignAttachment:
    """Keep an uploaded file and attach it. Raises FileRefused, InvalidInput, Conflict, OutsideError."""
    stored = store_file(stream, name=name, content_type=content_type)
    return attach(campaign, stored, name=name, content_type=content_type, actor=actor)


def require_size(size_bytes: int, name: str) -> None:
    """Raise InvalidInput for a file that is too large, before it is read."""
    if size_bytes > MAX_FILE_BYTES:
        raise InvalidInput(too_large_text(name))


def zip_too_large_text() -> str:
    """What is said of a ZIP over the limit."""
    return _("A ZIP may have at most %d MB. Split it.") % (MAX_ZIP_BYTES // 1_000_000)


def _key_of(token: str, actor: User) -> str:
    try:
        claim = signing.loads(token, salt=_SALT, max_age=_GOOD_FOR_S)
    except (signing.BadSignature, UnicodeEncodeError) as error:
        raise InvalidInput(_("This upload is too old. Send the file again.")) from error
    if claim["user"] != actor.pk:
        raise InvalidInput(_("This upload is too old. Send the file again."))
    return str(claim["key"])
