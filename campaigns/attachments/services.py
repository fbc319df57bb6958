"""Attaching files to a campaign, taking them off, putting them in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.approval.voiding import void_after_change
from campaigns.attachments.models import CampaignAttachment, StoredFile
from campaigns.attachments.names import clean_file_name, content_type_of
from campaigns.attachments.owner import attachments_of
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.sending.transitions import locked_campaign
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.sending.models import Campaign

MAX_ATTACHMENTS = 50
CONTENT_ID = re.compile(r"[A-Za-z0-9._+-]{1,60}@[A-Za-z0-9.-]{1,60}")
_WITHOUT_OWN = frozenset({CampaignKind.TEST, CampaignKind.VERSION})


@transaction.atomic
def attach(
    campaign: Campaign,
    stored_file: StoredFile,
    *,
    name: str,
    content_type: str = "",
    content_id: str = "",
    actor: User | None = None,
) -> CampaignAttachment:
    """Let a stored file go with every mail of a saved campaign that is still a draft.

    With a `content_id` (name@host, without brackets) the HTML shows it as `cid:<content_id>`. The file name is made
    safe. Raises InvalidInput, Conflict when the campaign was started meanwhile.
    """
    held = held_draft(campaign.pk)
    present = attachments_of(held)
    if len(present) >= MAX_ATTACHMENTS:
        raise InvalidInput(_("At most %d files go with a mail. Put them into one ZIP.") % MAX_ATTACHMENTS)
    if content_id and not CONTENT_ID.fullmatch(content_id):
        raise InvalidInput(_("A content id looks like logo@example.org."))
    if content_id and content_id in {one.content_id for one in present}:
        raise InvalidInput(_("Two files have the content id %s.") % content_id)
    StoredFile.objects.filter(pk=stored_file.pk).update(used_at=timezone.now())
    clean = clean_file_name(name)
    added = CampaignAttachment.objects.create(
        campaign=held,
        file=stored_file,
        name=clean,
        content_type=content_type_of(clean, content_type),
        content_id=content_id,
        position=1 + (held.attachments.aggregate(last=Max("position"))["last"] or 0),
        added_by=actor,
    )
    _record(held, "campaign.attached", actor, file=clean)
    return added


@transaction.atomic
def take_off(campaign_id: int, attachment_id: int, *, actor: User | None) -> CampaignAttachment:
    """Take a file off a draft; for a day it can be brought back. Raises Conflict, InvalidInput."""
    held = held_draft(campaign_id)
    attachment = _attachment(held, attachment_id)
    attachment.removed_at = timezone.now()
    attachment.save(update_fields=["removed_at"])
    _record(held, "campaign.detached", actor, file=attachment.name)
    return attachment


@transaction.atomic
def bring_back(campaign_id: int, attachment_id: int, *, actor: User | None) -> CampaignAttachment:
    """Undo `take_off`. Raises Conflict, InvalidInput when it is gone for good."""
    held = held_draft(campaign_id)
    attachment = _attachment(held, attachment_id)
    attachment.removed_at = None
    attachment.save(update_fields=["removed_at"])
    _record(held, "campaign.attached", actor, file=attachment.name)
    return attachment


@transaction.atomic
def move_up(campaign_id: int, attachment_id: int, *, actor: User | None) -> CampaignAttachment:
    """Let a file change places with the one before it; the first one stays. Raises Conflict, InvalidInput."""
    held = held_draft(campaign_id)
    moved = _attachment(held, attachment_id)
    ordered = attachments_of(held)
    place = next((number for number, one in enumerate(ordered) if one.pk == moved.pk), 0)
    if place:
        ordered[place - 1], ordered[place] = ordered[place], ordered[place - 1]
        for number, one in enumerate(ordered, start=1):
            CampaignAttachment.objects.filter(pk=one.pk).update(position=number)
        _record(held, "campaign.attachments_ordered", actor, file=moved.name)
    return moved


def held_draft(campaign_id: int) -> Campaign:
    """The campaign, locked, whose files may be changed. Raises Conflict when it was started meanwhile."""
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.DRAFT or campaign.campaign_kind in _WITHOUT_OWN:
        text = _("“%(name)s” is no longer a draft (it is %(status)s), so its files cannot be changed.")
        raise Conflict(text % {"name": campaign.name, "status": campaign.get_status_display()})
    return campaign


def _attachment(campaign: Campaign, attachment_id: int) -> CampaignAttachment:
    found = CampaignAttachment.objects.filter(campaign=campaign, pk=attachment_id).first()
    if found is None:
        raise InvalidInput(_("This file is no longer among the attachments."))
    return found


def _record(campaign: Campaign, verb: str, actor: User | None, *, file: str) -> None:
    record_activity(verb, actor=actor, target=campaign, file=file)
    void_after_change(campaign)
