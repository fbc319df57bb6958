"""Bringing image files in: through the site, or where files live in a bucket, straight there and then looked at.

On AWS a request may bring about 4 MB to the site (Lambda takes 6 MB, of which base64 uses up a third); photos of phones
are larger. So the browser puts them into the bucket by itself, and the site reads them from there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing
from django.utils.translation import gettext as _

from campaigns.images.cleaning import MAX_UPLOAD_BYTES, ImageRefused, too_large_text
from campaigns.images.services import store_image
from portal.errors import InvalidInput
from portal.files import FileMissing, create_upload_form, delete_file, is_in_bucket, open_file, stat_file

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.images.models import Image
    from portal.aws.s3 import PresignedPost

_SALT = "campaigns.images.uploads"
_GOOD_FOR_S = 3600


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Where one file goes, and the token that says so afterwards."""

    form: PresignedPost
    token: str


def begin_upload(*, actor: User) -> UploadTicket | None:
    """A form for one file, good for an hour and this person; None where files go through the site. Raises OutsideError."""
    if not is_in_bucket():
        return None
    key = f"incoming/images/{secrets.token_hex(16)}"
    form = create_upload_form(key, content_type="application/octet-stream", max_bytes=MAX_UPLOAD_BYTES)
    return UploadTicket(form, signing.dumps({"key": key, "user": actor.pk}, salt=_SALT))


def finish_upload(token: str, *, file_name: str, actor: User) -> tuple[Image, bool]:
    """Look at the file that was put under the token's key and keep it as an image; the raw file is deleted.

    Gives the image and whether it is new. Raises ImageRefused, InvalidInput for a wrong or old token, OutsideError.
    """
    key = _key_of(token, actor)
    try:
        if stat_file(key).size_bytes > MAX_UPLOAD_BYTES:
            raise ImageRefused(too_large_text())
        with open_file(key) as stream:
            content = stream.read(MAX_UPLOAD_BYTES + 1)
        return store_image(content, file_name=file_name, actor=actor)
    except FileMissing as error:
        raise InvalidInput(_("The file did not arrive. Send it again.")) from error
    finally:
        delete_file(key)


def _key_of(token: str, actor: User) -> str:
    try:
        claim = signing.loads(token, salt=_SALT, max_age=_GOOD_FOR_S)
    except (signing.BadSignature, UnicodeEncodeError) as error:
        raise InvalidInput(_("This upload is too old. Send the file again.")) from error
    if claim["user"] != actor.pk:
        raise InvalidInput(_("This upload is too old. Send the file again."))
    return str(claim["key"])
