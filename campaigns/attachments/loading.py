"""Files on their way into mails: read from the storage and encoded a block at a time, kept within bounds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from campaigns.attachments.models import FrozenAttachment, PersonalFile, PersonalFiles
from campaigns.attachments.names import clean_file_name, content_type_of, name_key
from portal.files import FileMissing, open_file
from portal.mail.attachment import encode_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.attachments.models import NamedFile
    from campaigns.messages.compile import CompiledMessage
    from portal.mail.attachment import EncodedFile

OWN_FILES_KEPT_BYTES = 16_000_000  # encoded, of each campaign in hand; many people often get one file


def encoded_attachments(version_id: int, message: CompiledMessage) -> tuple[EncodedFile, ...]:
    """The files that a frozen message goes out with; what its HTML does not show is an attachment like others.

    Raises FileMissing, OutsideError, UnsafeHeader.
    """
    frozen = list(FrozenAttachment.objects.filter(version_id=version_id).select_related("file"))
    html = "".join(message.html.literals) if any(one.content_id for one in frozen) else ""
    return tuple(_encoded(one, content_id=one.content_id if f"cid:{one.content_id}" in html else "") for one in frozen)


@dataclass(slots=True)
class PersonalFileSource:
    """Finds the file of each person of one campaign. One for each campaign in hand; the encoded files are bounded."""

    campaign_id: int
    field_name: str
    must_have: bool  # without a file a person is left out
    _kept: OrderedDict[int, EncodedFile] = field(default_factory=OrderedDict)
    _kept_bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def file_id_of(self, values: Mapping[str, str]) -> int:
        """The PersonalFile that the person's field names; 0 where it names none that is here."""
        named = values.get(self.field_name, "").strip()
        if not named:
            return 0
        files = PersonalFile.objects.filter(campaign_id=self.campaign_id, name_key=name_key(named))
        return files.values_list("pk", flat=True).first() or 0

    def encoded(self, file_id: int) -> EncodedFile:
        """A person's file, ready for a mail. Raises FileMissing, OutsideError, UnsafeHeader."""
        with self._lock:
            if (known := self._kept.get(file_id)) is not None:
                self._kept.move_to_end(file_id)
                return known
        found = PersonalFile.objects.filter(pk=file_id).select_related("file").first()
        if found is None:
            raise FileMissing(f"personal file {file_id}")
        made = _encoded(found, content_id="")
        self._keep(file_id, made)
        return made

    def _keep(self, file_id: int, made: EncodedFile) -> None:
        with self._lock:
            if file_id in self._kept:
                return
            self._kept[file_id] = made
            self._kept_bytes += made.wire_bytes
            while self._kept_bytes > OWN_FILES_KEPT_BYTES and self._kept:
                _oldest, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.wire_bytes


def personal_source(campaign_id: int) -> PersonalFileSource | None:
    """How this campaign finds a file for each person; None where it does not."""
    settings = PersonalFiles.objects.filter(campaign_id=campaign_id).first()
    if settings is None:
        return None
    must_have = settings.when_missing == PersonalFiles.WhenMissing.SKIP
    return PersonalFileSource(campaign_id, settings.field_name, must_have)


def _encoded(named: NamedFile, *, content_id: str) -> EncodedFile:
    name = clean_file_name(named.name)
    with open_file(named.file.file_key) as stream:
        return encode_file(
            stream,
            filename=name,
            content_type=content_type_of(name, named.content_type),
            content_id=content_id,
        )
