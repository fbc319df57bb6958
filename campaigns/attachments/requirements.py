"""What the files of a single message must keep to, so that whoever asks for it hears at once that it could never leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from campaigns.attachments.limits import mail_limit_bytes
from campaigns.attachments.names import REFUSED_BY_SES, ending_of
from campaigns.attachments.services import CONTENT_ID, MAX_ATTACHMENTS
from campaigns.attachments.sizes import size_text
from campaigns.attachments.weight import part_bytes, words_bytes
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.attachments.models import StoredFile
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.models import SendingAccount


class NamedContent(Protocol):
    """A stored file under the name that it goes out with."""

    @property
    def file(self) -> StoredFile: ...
    @property
    def name(self) -> str: ...
    @property
    def content_id(self) -> str: ...


def require_sendable_files(
    files: Sequence[NamedContent], message: CompiledMessage, account: SendingAccount | None
) -> None:
    """Raise InvalidInput, naming the file, for what the account would never take."""
    if not files:
        return
    if len(files) > MAX_ATTACHMENTS:
        raise InvalidInput(_("At most %d files go with a mail. Put them into one ZIP.") % MAX_ATTACHMENTS)
    _require_content_ids([each.content_id for each in files if each.content_id], CONTENT_ID)
    if account is None or account.is_ses:
        _require_endings([each.name for each in files])
    total_bytes = words_bytes(message) + sum(part_bytes(each.file.size_bytes) for each in files)
    limit_bytes = mail_limit_bytes(account)
    if total_bytes > limit_bytes:
        text = _("With its files the mail has %(total)s, and the account takes at most %(limit)s.")
        raise InvalidInput(text % {"total": size_text(total_bytes), "limit": size_text(limit_bytes)})


def _require_content_ids(ids: Sequence[str], shape: re.Pattern[str]) -> None:
    if not all(map(shape.fullmatch, ids)):
        raise InvalidInput(_("A content id looks like logo@example.org."))
    if len(set(ids)) < len(ids):
        raise InvalidInput(_("Two files have the same content id."))


def _require_endings(names: Sequence[str]) -> None:
    for name in names:
        if ending_of(name) in REFUSED_BY_SES:
            text = _("“%(name)s”: SES refuses every mail with a .%(ending)s file.")
            raise InvalidInput(text % {"name": name, "ending": ending_of(name)})
