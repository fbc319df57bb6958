"""Handing a campaign's files on: to the version that its message is frozen as, and to a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, PersonalFile, PersonalFiles
from campaigns.attachments.owner import attachments_of, owner_of, personal_settings_of
from campaigns.attachments.weight import require_fitting

if TYPE_CHECKING:
    from campaigns.messages.compile import CompiledMessage
    from campaigns.messages.models import MessageVersion
    from campaigns.sending.models import Campaign

_AT_ONCE = 2_000


def freeze_attachments(campaign: Campaign, version: MessageVersion, message: CompiledMessage) -> None:
    """Keep which files go with a message; call it in the transaction that freezes the campaign's message.

    Raises InvalidInput when the mails would be larger than the account takes.
    """
    require_fitting(campaign, message)
    FrozenAttachment.objects.bulk_create(
        FrozenAttachment(
            version=version,
            file=one.file,
            name=one.name,
            content_type=one.content_type,
            content_id=one.content_id,
            position=number,
        )
        for number, one in enumerate(attachments_of(campaign))
    )


def copy_files(source: Campaign, copy: Campaign) -> None:
    """Let all files of one campaign go with another, which is saved, too."""
    CampaignAttachment.objects.bulk_create(
        CampaignAttachment(
            campaign=copy,
            file=one.file,
            name=one.name,
            content_type=one.content_type,
            content_id=one.content_id,
            position=number,
            added_by=copy.created_by,
        )
        for number, one in enumerate(attachments_of(source), start=1)
    )
    settings = personal_settings_of(source)
    if settings is None:
        return
    PersonalFiles.objects.create(campaign=copy, field_name=settings.field_name, when_missing=settings.when_missing)
    own = PersonalFile.objects.filter(campaign=owner_of(source)).order_by("pk")
    PersonalFile.objects.bulk_create(
        (
            PersonalFile(
                campaign=copy,
                file_id=one.file_id,
                name=one.name,
                name_key=one.name_key,
                content_type=one.content_type,
            )
            for one in own.iterator(chunk_size=_AT_ONCE)
        ),
        batch_size=_AT_ONCE,
    )
