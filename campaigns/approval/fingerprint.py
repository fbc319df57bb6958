"""What a second person approves, as one hash for each part, so that a later change can be named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypedDict

from django.utils.translation import gettext_lazy as _

from campaigns.attachments.owner import files_as_told
from campaigns.messages.services import draft_source
from campaigns.splits.models import SplitTest

if TYPE_CHECKING:
    from campaigns.segments.models import Segment
    from campaigns.sending.models import Campaign

PARTS = {
    "message": _("the message"),
    "sender": _("the sender"),
    "audience": _("the audience"),
}


class Fingerprints(TypedDict):
    """SHA-256 of each part, in hex."""

    message: str
    sender: str
    audience: str


def fingerprints_of(campaign: Campaign) -> Fingerprints:
    """The campaign as it is now."""
    return Fingerprints(
        message=_hash(_message(campaign)), sender=_hash(_sender(campaign)), audience=_hash(_audience(campaign))
    )


def changed_parts(before: dict[str, str], now: Fingerprints) -> list[str]:
    """The parts that differ, in words."""
    hashes = {"message": now["message"], "sender": now["sender"], "audience": now["audience"]}
    return [str(label) for part, label in PARTS.items() if before.get(part) != hashes[part]]


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _message(campaign: Campaign) -> list[Any]:
    """Words, layout, snippets, defaults, images and files, and the same of each version that is tested against it."""
    said: list[Any] = [asdict(draft_source(campaign)), campaign.embeds_images]
    split = SplitTest.objects.filter(campaign=campaign).first()
    if split is not None:
        said.append([split.tests, split.share_percent, split.wait_minutes, split.rule, split.when_unclear])
        versions = split.versions.select_related("draft", "draft__house_layout")
        said.extend([version.number, asdict(draft_source(version.draft))] for version in versions)
    if any(files := files_as_told(campaign)):
        said.append(files)
    return said


def _sender(campaign: Campaign) -> list[Any]:
    return [campaign.account_id, campaign.from_name, campaign.from_address, campaign.reply_to, campaign.is_tracked]


def _audience(campaign: Campaign) -> list[Any]:
    groups = (campaign.include_lists, campaign.include_tags, campaign.exclude_lists, campaign.exclude_tags)
    chosen = [sorted(group.values_list("pk", flat=True)) for group in groups]
    asked = [_segments(campaign.include_segments.all()), _segments(campaign.exclude_segments.all())]
    origin = [campaign.origin_id, campaign.origin_kind, campaign.origin_causes]
    return [campaign.is_to_everybody, chosen, asked, origin]


def _segments(segments: Any) -> list[Any]:
    found: list[Segment] = list(segments.order_by("pk"))
    return [[segment.pk, segment.definition] for segment in found]
