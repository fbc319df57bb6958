"""Setting up an A/B test while its campaign is a draft; nothing here can touch a campaign that was started."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.messages.revisions import record_revision
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.sending.transitions import locked_campaign
from campaigns.splits.models import MOST_VERSIONS, SplitTest, SplitVersion, letter_of
from campaigns.splits.versions import CONTENT_FIELDS, SENDER_FIELDS, split_of, versions_of
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User

WORD_FIELDS = ("subject", *CONTENT_FIELDS)


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How a test is made, as its author chose it."""

    tests: str
    share_percent: int
    wait_minutes: int
    rule: str
    when_unclear: str


@transaction.atomic
def save_split(
    campaign_id: int, settings: SplitSettings, *, subjects: Mapping[int, str], actor: User | None
) -> SplitTest:
    """Write how the test is made, and the subjects of the versions by number; the first time with a version B.

    Raises Conflict when the campaign was started meanwhile.
    """
    campaign = _held_draft(campaign_id)
    split, is_new = SplitTest.objects.update_or_create(campaign=campaign, defaults=asdict(settings))
    if is_new:
        _add(split, campaign)
    for version in split.versions.select_related("draft"):
        if version.number in subjects and version.draft.subject != subjects[version.number]:
            version.draft.subject = subjects[version.number]
            _save_words(version.draft, actor)
    _touch(campaign, "split.created" if is_new else "split.changed", actor)
    return split


@transaction.atomic
def add_version(campaign_id: int, *, actor: User | None) -> SplitVersion:
    """Add a version that begins as a copy of A. Raises Conflict, InvalidInput when there are enough."""
    campaign = _held_draft(campaign_id)
    version = _add(_split_of_draft(campaign), campaign)
    _touch(campaign, "split.changed", actor)
    return version


@transaction.atomic
def remove_version(campaign_id: int, number: int, *, actor: User | None) -> None:
    """Throw one version away; the later ones move up. With the last of them the whole test goes.

    Raises Conflict, InvalidInput when there is no such version.
    """
    campaign = _held_draft(campaign_id)
    split = _split_of_draft(campaign)
    found = split.versions.filter(number=number).first()
    if found is None:
        raise InvalidInput(_("This version no longer exists."))
    found.draft.delete()
    for later in split.versions.filter(number__gt=number).order_by("number"):
        SplitVersion.objects.filter(pk=later.pk).update(number=later.number - 1)
    if split.versions.exists():
        _touch(campaign, "split.changed", actor)
    else:
        _drop(split, campaign, actor)


@transaction.atomic
def drop_split(campaign_id: int, *, actor: User | None) -> None:
    """Send the campaign without a test; A is what it says. Raises Conflict."""
    campaign = _held_draft(campaign_id)
    if (split := split_of(campaign)) is not None:
        _drop(split, campaign, actor)


@transaction.atomic
def save_version_words(draft: Campaign, *, actor: User | None) -> Campaign:
    """Write what one version says. Raises Conflict when its campaign was started meanwhile."""
    if draft.parent_id is None:
        raise Conflict(_("This version no longer exists."))
    campaign = _held_draft(draft.parent_id)
    _save_words(draft, actor)
    _touch(campaign, "split.changed", actor)
    return draft


def copy_split(source: Campaign, copy: Campaign, *, actor: User | None) -> SplitTest | None:
    """Give a copied campaign the same test: its settings and what its versions say or said."""
    split = split_of(source)
    if split is None:
        return None
    names = ("tests", "share_percent", "wait_minutes", "rule", "when_unclear")
    made = SplitTest.objects.create(campaign=copy, **{name: getattr(split, name) for name in names})
    for version in versions_of(source)[1:]:
        words = version.words.version or version.words
        fields = {name: getattr(words, name) for name in WORD_FIELDS if name != "house_layout"}
        new = _add(made, copy)
        for name, value in {**fields, "house_layout": version.words.house_layout}.items():
            setattr(new.draft, name, value)
        _save_words(new.draft, actor)
    return made


def _held_draft(campaign_id: int) -> Campaign:
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.DRAFT or campaign.campaign_kind != CampaignKind.CAMPAIGN:
        text = _("“%(name)s” is no longer a draft (it is %(status)s), so its A/B test cannot be changed.")
        raise Conflict(text % {"name": campaign.name, "status": campaign.get_status_display()})
    return campaign


def _split_of_draft(campaign: Campaign) -> SplitTest:
    split = split_of(campaign)
    if split is None:
        raise InvalidInput(_("This campaign has no A/B test."))
    return split


def _add(split: SplitTest, campaign: Campaign) -> SplitVersion:
    number = 2 + split.versions.count()
    if number > MOST_VERSIONS:
        raise InvalidInput(_("A test has at most four versions: with more, each goes to too few people to tell."))
    taken_over = {name: getattr(campaign, name) for name in (*WORD_FIELDS, *SENDER_FIELDS)}
    draft = Campaign.objects.create(
        **taken_over,
        name=f"{campaign.name[:140]} ({letter_of(number)})",
        campaign_kind=CampaignKind.VERSION,
        parent=campaign,
        created_by=campaign.created_by,
    )
    return SplitVersion.objects.create(split=split, number=number, draft=draft)


def _save_words(draft: Campaign, actor: User | None) -> None:
    draft.save(update_fields=[*WORD_FIELDS, "updated_at"])
    record_revision(draft, actor=actor)


def _drop(split: SplitTest, campaign: Campaign, actor: User | None) -> None:
    Campaign.objects.filter(split_version__split=split).delete()
    split.delete()
    _touch(campaign, "split.dropped", actor)


def _touch(campaign: Campaign, verb: str, actor: User | None) -> None:
    """Whoever has just checked the campaign to send it must look again: it would say something else now."""
    Campaign.objects.filter(pk=campaign.pk).update(updated_at=timezone.now())
    record_activity(verb, actor=actor, target=campaign)
