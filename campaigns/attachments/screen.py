"""What the screens show of a campaign's files: each with size, type and dangers, and the total against the limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.attachments.dangers import Danger, dangers_of
from campaigns.attachments.models import CampaignAttachment, FrozenAttachment, PersonalFile
from campaigns.attachments.names import ending_of
from campaigns.attachments.owner import attachments_of, owner_of, personal_settings_of
from campaigns.attachments.personal import personal_total
from campaigns.attachments.sizes import size_text
from campaigns.attachments.storing import MAX_FILE_BYTES
from campaigns.attachments.weight import weigh_mail
from campaigns.messages.field_names import field_names
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_source, draft_source
from campaigns.sending.states import CampaignStatus

if TYPE_CHECKING:
    from campaigns.attachments.models import NamedFile
    from campaigns.attachments.weight import MailWeight
    from campaigns.messages.models import MessageVersion
    from campaigns.sending.models import Campaign

UNDO_FOR = timedelta(hours=1)
SHOWN_PERSONAL = 50
_NOT_FOR_FILES = frozenset({"address", "unsubscribe_url"})


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file on a list."""

    pk: int
    name: str
    kind: str  # its ending in capitals, or its type
    size: str
    dangers: list[Danger]
    is_inline: bool


def files_context(campaign: Campaign) -> dict[str, Any]:
    """The files that go with every mail, as lists and cards show them."""
    attachments = attachments_of(campaign)
    weight = weigh_mail(campaign, _compiled(campaign))
    count, own_bytes = personal_total(campaign)
    return {
        "files": [file_row(one, campaign) for one in attachments],
        "removed_file": _last_removed(campaign),
        "weight": weight,
        "weight_text": _weight_text(weight),
        "weight_share": min(1.0, weight.share),
        "weight_tone": "bad" if weight.is_too_large else "good",
        "personal": personal_settings_of(campaign),
        "personal_count": count,
        "personal_size": size_text(own_bytes),
        "max_bytes": MAX_FILE_BYTES,
        "max_mb": MAX_FILE_BYTES // 1_000_000,
    }


def personal_context(campaign: Campaign, *, after: str) -> dict[str, Any]:
    """The files for single people, fifty at a time, and the setting."""
    files = PersonalFile.objects.filter(campaign=owner_of(campaign), name_key__gt=after).select_related("file")
    found = list(files.order_by("name_key")[: SHOWN_PERSONAL + 1])
    return {
        "own_files": [file_row(one, campaign) for one in found[:SHOWN_PERSONAL]],
        "next_cursor": found[SHOWN_PERSONAL - 1].name_key if len(found) > SHOWN_PERSONAL else "",
        "is_first_page": not after,
        "field_choices": _field_choices(campaign),
    }


def _field_choices(campaign: Campaign) -> list[str]:
    """The fields that people have; the chosen one also where nobody has it yet."""
    known = [name for name in field_names() if name not in _NOT_FOR_FILES]
    chosen = personal_settings_of(campaign)
    return known if chosen is None or chosen.field_name in known else [*known, chosen.field_name]


def frozen_rows(version: MessageVersion | None, campaign: Campaign) -> list[FileRow]:
    """The files that a started campaign goes out with, or those of a draft."""
    if version is None:
        return [file_row(one, campaign) for one in attachments_of(campaign)]
    frozen = FrozenAttachment.objects.filter(version=version).select_related("file")
    return [file_row(one, campaign) for one in frozen]


def file_row(one: NamedFile, campaign: Campaign) -> FileRow:
    """One file with what is to be said of it."""
    through_ses = campaign.account is None or campaign.account.is_ses
    return FileRow(
        pk=int(one.pk),
        name=one.name,
        kind=ending_of(one.name).upper() or one.content_type,
        size=size_text(one.file.size_bytes),
        dangers=dangers_of(one, through_ses=through_ses),
        is_inline=bool(getattr(one, "content_id", "")),
    )


def is_open(campaign: Campaign) -> bool:
    """Whether its files can be changed."""
    return campaign.status == CampaignStatus.DRAFT


def _last_removed(campaign: Campaign) -> CampaignAttachment | None:
    since = timezone.now() - UNDO_FOR
    removed = CampaignAttachment.objects.filter(campaign=owner_of(campaign), removed_at__gte=since)
    return removed.order_by("-removed_at").first()


def _weight_text(weight: MailWeight) -> str:
    text = _("Each mail has %(total)s of at most %(limit)s.")
    return text % {"total": size_text(weight.total_bytes), "limit": size_text(weight.limit_bytes)}


def _compiled(campaign: Campaign) -> Any:
    try:
        return compiled_source(draft_source(campaign))
    except TemplateInvalid:
        return None
