"""Writing, copying and throwing away drafts; nothing here can touch a campaign that was started."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.approval.voiding import void_after_change
from campaigns.attachments.freezing import copy_files
from campaigns.messages.models import Template
from campaigns.messages.revisions import record_revision
from campaigns.sending.accounts import first_account
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.splits.drafts import copy_split
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.audience.models import ContactList, Tag
    from campaigns.messages.models import MessageContent
    from campaigns.segments.models import Segment

MESSAGE_FIELDS = ("kind", "subject", "preheader", "body", "text_body", "embeds_images")
CHOSEN_FIELDS = (*MESSAGE_FIELDS, "house_layout")
ENVELOPE_FIELDS = ("account", "from_name", "from_address", "reply_to", "is_tracked", "resends_uncertain")
AUDIENCE_FIELDS = (
    "include_lists",
    "include_tags",
    "include_segments",
    "exclude_lists",
    "exclude_tags",
    "exclude_segments",
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a draft is for, as its author chose it."""

    include_lists: Iterable[ContactList] = ()
    include_tags: Iterable[Tag] = ()
    exclude_lists: Iterable[ContactList] = ()
    exclude_tags: Iterable[Tag] = ()
    include_segments: Iterable[Segment] = ()
    exclude_segments: Iterable[Segment] = ()


@transaction.atomic
def save_draft(campaign: Campaign, audience: Audience, *, actor: User | None) -> Campaign:
    """Write a new or changed draft. Raises Conflict when it was started meanwhile; nothing is changed then."""
    is_new = campaign.pk is None
    if is_new:
        campaign.created_by = actor
        campaign.account = campaign.account or first_account()
    else:
        _require_draft(campaign.pk)
    campaign.save(update_fields=None if is_new else _draft_fields())
    for name in AUDIENCE_FIELDS:
        getattr(campaign, name).set(getattr(audience, name))
    record_revision(campaign, actor=actor)
    record_activity("campaign.created" if is_new else "campaign.changed", actor=actor, target=campaign)
    void_after_change(campaign)
    return campaign


@transaction.atomic
def save_draft_words(campaign: Campaign, *, actor: User | None) -> Campaign:
    """Write only what a draft says. Raises Conflict when it was started meanwhile; nothing is changed then."""
    _require_draft(campaign.pk)
    campaign.save(update_fields=[*CHOSEN_FIELDS, "updated_at"])
    record_revision(campaign, actor=actor)
    record_activity("campaign.changed", actor=actor, target=campaign)
    void_after_change(campaign)
    return campaign


@transaction.atomic
def copy_campaign(campaign_id: int, *, actor: User | None) -> Campaign:
    """Make a new draft with all that another campaign says and for whom, whatever became of that one.

    Words, sender, audience (also that of a follow-up), tracking, files and the versions of its A/B test.
    """
    source = Campaign.objects.get(pk=campaign_id)
    copy = copied_draft(source, source.version or source, name=copied_name(source.name), actor=actor)
    copy.is_to_everybody = source.is_to_everybody
    copy.origin, copy.origin_kind, copy.origin_causes = source.origin, source.origin_kind, source.origin_causes
    copy.save()
    for name in AUDIENCE_FIELDS:
        getattr(copy, name).set(getattr(source, name).all())
    copy_split(source, copy, actor=actor)
    copy_files(source, copy)
    record_revision(copy, actor=actor)
    record_activity("campaign.copied", actor=actor, target=copy, source_id=source.pk)
    return copy


def copied_name(name: str) -> str:
    """“Copy of …”, within what a name may hold."""
    return _("Copy of %(name)s") % {"name": name[:130]}


def copied_draft(source: Campaign, words: MessageContent, *, name: str, actor: User | None) -> Campaign:
    """A draft, not yet saved and for nobody yet, that says `words` in the layout and from the sender of `source`."""
    return Campaign(
        name=name[:150],
        created_by=actor,
        house_layout=source.house_layout,
        template_revision=source.template_revision,
        **{field: getattr(words, field) for field in MESSAGE_FIELDS},
        **{field: getattr(source, field) for field in ENVELOPE_FIELDS},
    )


@transaction.atomic
def discard_draft(campaign_id: int, *, actor: User | None) -> str:
    """Delete a draft and its tests; gives back its name. Raises Conflict when it was started."""
    draft = _require_draft(campaign_id)
    record_activity("campaign.deleted", actor=actor, target=draft)
    name = draft.name
    draft.delete()
    return name


def words_of(template: Template) -> dict[str, Any]:
    """What a campaign takes over from the template it starts from."""
    return {name: getattr(template, name) for name in CHOSEN_FIELDS}


def _require_draft(campaign_id: int) -> Campaign:
    current = Campaign.objects.select_for_update().get(pk=campaign_id)
    if current.status != CampaignStatus.DRAFT or current.campaign_kind != CampaignKind.CAMPAIGN:
        status = current.get_status_display()
        raise Conflict(
            _(
                "“%(name)s” is no longer a draft (it is %(status)s), so it cannot be changed. Copy it to write a new one."
            )
            % {"name": current.name, "status": status}
        )
    return current


def _draft_fields() -> list[str]:
    return ["name", "is_to_everybody", *CHOSEN_FIELDS, *ENVELOPE_FIELDS, "updated_at"]
