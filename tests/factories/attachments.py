"""Files, and campaigns that send them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from campaigns.attachments.personal import add_personal_files, set_personal
from campaigns.attachments.services import attach
from campaigns.attachments.storing import store_file

if TYPE_CHECKING:
    from campaigns.attachments.models import CampaignAttachment, StoredFile
    from campaigns.sending.models import Campaign

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def make_stored_file(content: bytes = PDF, *, name: str = "report.pdf") -> StoredFile:
    """A content that is kept."""
    return store_file(io.BytesIO(content), name=name)


def attach_file(
    campaign: Campaign, name: str = "report.pdf", content: bytes = PDF, **options: str
) -> CampaignAttachment:
    """Let a file go with a draft."""
    return attach(campaign, make_stored_file(content, name=name), name=name, **options)


def give_own_files(campaign: Campaign, files: dict[str, bytes], *, when_missing: str = "skip") -> None:
    """Files for the people of a draft, named by their field `invoice`."""
    for name, content in files.items():
        add_personal_files(campaign.pk, io.BytesIO(content), name=name, actor=None)
    set_personal(campaign.pk, field_name="invoice", when_missing=when_missing, actor=None)


def zip_file(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A ZIP with these files in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made.seek(0)
    return made
