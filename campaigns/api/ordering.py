"""Starting a campaign for a program: draft, files and people first, then Send; going on where a dead process stopped.

The Idempotency-Key's row remembers the draft from the moment that there is one. Who repeats the request finds it,
starts it if it still is a draft, and gets the one answer.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.api.files import store_attachments
from campaigns.api.models import ApiRequest
from campaigns.api.named import account_of, named, read_address, require_own_sender
from campaigns.api.once import BUSY_S, Answer, begin, keep, kept_answer, take
from campaigns.api.people import own_list, write_recipients
from campaigns.api.rehearsal import rehearsal_of
from campaigns.api.relays import relay_account
from campaigns.api.schemas import kind_of
from campaigns.attachments.services import attach
from campaigns.audience.models import ContactList
from campaigns.messages.services import compiled_source, draft_source
from campaigns.segments.models import Segment
from campaigns.sending.drafts import Audience, discard_draft, save_draft
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.services import send_now, start_campaign
from campaigns.sending.states import CampaignStatus
from portal.errors import Conflict, PortalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

    from campaigns.api.once import Once
    from campaigns.api.schemas import CampaignIn
    from campaigns.transactional.orders import AttachedFile
    from credentials.api_keys.models import ApiKey
    from portal.mail.address import Address

TEST_MARK = "[Test] "


@dataclass(frozen=True, slots=True)
class _Ready:
    """What was found and stored before the transaction that writes the draft."""

    account: SendingAccount
    sender: Address
    reply_to: str
    files: Sequence[AttachedFile]


def order_campaign(once: Once, wanted: CampaignIn) -> Answer:
    """Start the campaign, or give the answer that the same request got before. Raises Problem, PortalError."""
    with transaction.atomic():
        known = take(once)
    if known is not None and known.status:
        return kept_answer(known)
    campaign = known.campaign if known else None
    if campaign is None:
        campaign = _write_draft(once, wanted, _prepare(wanted, once.api_key))
    try:
        _start(campaign, once.api_key.created_by)
    except PortalError:
        if _take_apart(once, campaign):
            raise
    answer = _answer(campaign)
    with transaction.atomic():
        keep(once, answer)
    return answer


def _prepare(wanted: CampaignIn, key: ApiKey) -> _Ready:
    sender = read_address(wanted.from_email, field="from_email")
    reply_to = read_address(wanted.reply_to, field="reply_to").address if wanted.reply_to else ""
    if wanted.smtp_server is not None:
        account = relay_account(wanted, key=key)
    else:
        account = account_of(relay=wanted.relay, ses=wanted.ses)
    require_own_sender(account, sender)
    compiled_source(draft_source(Campaign(**_words(wanted))))
    return _Ready(account, sender, reply_to, store_attachments(wanted.attachments))


@transaction.atomic
def _write_draft(once: Once, wanted: CampaignIn, ready: _Ready) -> Campaign:
    known = take(once)  # once more: the same request may have come meanwhile
    if known is not None and known.campaign is not None:
        return known.campaign
    actor = once.api_key.created_by
    rehearsal = rehearsal_of(once.api_key, ready.account)
    draft = Campaign(
        name=f"{TEST_MARK if once.api_key.is_test else ''}{wanted.campaign_name}"[:150],
        account=ready.account, from_name=wanted.from_name, from_address=ready.sender.address, reply_to=ready.reply_to,
        is_rehearsal=rehearsal is not None, rehearsal_guests=rehearsal.guests if rehearsal else None,
        **_words(wanted),
    )  # fmt: skip
    save_draft(draft, _audience(wanted, actor), actor=actor)
    for file in ready.files:
        attach(
            draft, file.file, name=file.name, content_type=file.content_type, content_id=file.content_id, actor=actor
        )
    if known is None:
        begin(once, campaign=draft)
    else:
        _hold(known, draft)
    return draft


def _words(wanted: CampaignIn) -> dict[str, str]:
    return {
        "subject": wanted.subject,
        "body": wanted.body,
        "text_body": wanted.text_body,
        "kind": kind_of(wanted.body, wanted.body_kind),
    }


def _hold(known: ApiRequest, draft: Campaign) -> None:
    known.campaign, known.busy_until = draft, timezone.now() + timedelta(seconds=BUSY_S)
    known.save(update_fields=["campaign", "busy_until"])


def _audience(wanted: CampaignIn, actor: User | None) -> Audience:
    if wanted.contact_list is not None:
        return Audience(include_lists=[named(ContactList.objects.all(), wanted.contact_list, field="list")])
    if wanted.segment is not None:
        return Audience(include_segments=[named(Segment.objects.all(), wanted.segment, field="segment")])
    written = write_recipients(wanted.recipients or [], actor=actor)
    return Audience(include_lists=[own_list(wanted.campaign_name, written.contact_ids)])


def _start(campaign: Campaign, actor: User | None) -> None:
    """Press Send and let it leave at once; what another process has done of this already stays as it is."""
    if _status(campaign) == CampaignStatus.DRAFT:
        try:
            start_campaign(campaign.pk, actor=actor)
        except Conflict:
            if _status(campaign) == CampaignStatus.DRAFT:
                raise
    if _status(campaign) == CampaignStatus.PENDING:
        with suppress(Conflict):  # it has left meanwhile
            send_now(campaign.pk, actor=actor)


def _status(campaign: Campaign) -> str | None:
    return Campaign.objects.filter(pk=campaign.pk).values_list("status", flat=True).first()


@transaction.atomic
def _take_apart(once: Once, campaign: Campaign) -> bool:
    """Leave nothing of a campaign that cannot be sent, so that the mended request may use the same key.

    False when it was started all the same, by the same request that came twice: then it stays, and so does its key.
    """
    status = Campaign.objects.select_for_update(of=("self",)).filter(pk=campaign.pk).values_list("status", flat=True)
    if status.first() not in {CampaignStatus.DRAFT, None}:
        return False
    ApiRequest.objects.filter(api_key=once.api_key, idempotency_key=once.name, status=0).delete()
    if _status(campaign) == CampaignStatus.DRAFT:
        discard_draft(campaign.pk, actor=once.api_key.created_by)
    return True


def _answer(campaign: Campaign) -> Answer:
    place = reverse("api-bare:campaign_status", args=[campaign.pk])
    body = {
        "id": campaign.pk, "campaign_name": campaign.name, "status": CampaignStatus.PENDING,
        "account": campaign.account.name if campaign.account else "", "status_url": place,
    }  # fmt: skip
    return Answer(202, body, {"Location": place})
