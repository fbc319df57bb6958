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
    campaign: Campaign, name: str = "report.pdf", content: bytes = PDF, *, content_id: str = ""
) -> CampaignAttachment:
    """Let a file go with a draft."""
    return attach(campaign, make_stored_file(content, name=name), name=name, content_id=content_id)


def give_own_files(campaign: Campaign, files: dict[str, bytes], *, when_missing: str = "skip") -> None:
    """Files for the people of a draft, named by their field `invoice`."""
    for name, content in files.items():
        add_personal_files(campaign.pk, io.BytesIO(content), name=name, actor=None)
    set_personal(campaign.pk, field_name="invoice", when_missing=when_missing, actor=None)


def a_draft_with_files(**fields: object) -> Campaign:
    """A letter with files of all sorts: plain ones, a suspicious one, one for each person but some."""
    from tests.factories.campaign_pages import a_draft

    draft = a_draft("Invoices of November", **fields)
    attach_file(draft, "Terms and conditions, November 2026.pdf")
    attach_file(draft, "Price list.xlsm", b"PK\x03\x04 not quite")
    attach_file(draft, "Anfahrt zur Halle – Straßenkarte.png", b"\x89PNG\r\n\x1a\n" + bytes(900_000))
    give_own_files(draft, {f"A-10{number:02}.pdf": PDF + bytes([number]) for number in range(7)})
    return draft


def a_draft_with_too_large_files() -> Campaign:
    """A letter that SES would not take."""
    from tests.factories.campaign_pages import a_draft

    draft = a_draft("Photos of the concert")
    attach_file(draft, "setup.exe", b"MZ" + bytes(1_000))
    for number in (1, 2):
        attach_file(draft, f"photos {number}.zip", b"PK\x03\x04" + bytes([number]) * 16_000_000)
    return draft


def a_sent_letter_with_files() -> Campaign:
    """A campaign that has left, with its files."""
    from campaigns.messages.services import freeze_message
    from campaigns.sending.states import CampaignStatus

    draft = a_draft_with_files()
    freeze_message(draft, None)
    draft.status = CampaignStatus.COMPLETED
    draft.save()
    return draft


def zip_file(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A ZIP with these files in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made.seek(0)
    return made
