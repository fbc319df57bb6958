"""What a worker needs to send one campaign, found once per chunk: transport, limits, required fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from campaigns.attachments.loading import OWN_FILES_KEPT_BYTES, encoded_attachments, personal_source
from campaigns.attachments.owner import owner_of
from campaigns.images.embedding import embedded_images
from campaigns.messages.services import compiled_version, required_fields
from campaigns.preferences.people import first_of
from campaigns.relays.connection_settings import relay_settings
from campaigns.sending.models import Campaign
from campaigns.sending.outcomes import Envelope
from campaigns.sending.states import PERSONAL_KINDS, AccountKind, CampaignKind
from campaigns.sending.transports.mime import MailMaker
from campaigns.sending.transports.rehearsal import RehearsalTransport
from campaigns.sending.transports.ses import SesTransport
from campaigns.sending.transports.smtp import SmtpTransport
from campaigns.sending.weighed_cache import WeighedCache
from campaigns.splits.parts import frozen_version_id
from portal.errors import Conflict, PortalError
from portal.mail.attachment import encode_all

if TYPE_CHECKING:
    from campaigns.attachments.loading import PersonalFileSource
    from campaigns.messages.compile import CompiledMessage
    from campaigns.sending.outcomes import Transport
    from portal.mail.attachment import EncodedFile

# What comes of a frozen message that this release's compiler cannot make: no reason to try again by itself.
CANNOT_BE_MADE = (PortalError, ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Sender:
    """One campaign, ready to go out through its account."""

    transport: Transport
    message: CompiledMessage
    account_id: int
    max_rate_per_s: float
    is_priority: bool
    is_test: bool
    is_hurried: bool  # tried again within seconds, given up after a few tries
    required_fields: frozenset[str]  # values without which a person is skipped
    given_values: dict[str, str]  # the same for everybody, beside the person's own
    reaches_unsubscribed: bool  # a person who left may come back, and is asked by mail whether it was them
    list_ids: frozenset[int]  # the lists it goes to: whoever leaves one of them is asked for once more
    personal: PersonalFileSource | None = None  # where each person gets a file of their own


def sender_of(campaign_id: int, *, part: int = 0) -> Sender:
    """The sender of one part of the campaign's audience. Raises Conflict when the campaign was never started."""
    campaign = Campaign.objects.select_related("account").defer("body", "text_body").get(pk=campaign_id)
    version_id = frozen_version_id(campaign, part)
    if version_id is None or campaign.account is None:
        raise Conflict(f"Campaign {campaign_id} has no frozen message or no sending account.")
    message = _frozen_message(version_id)
    personal = personal_source(owner_of(campaign).pk) if campaign.campaign_kind not in PERSONAL_KINDS else None
    return Sender(
        transport=_rehearsed(campaign, _transport_of(campaign, version_id, personal)),
        message=message,
        account_id=campaign.account.pk,
        max_rate_per_s=campaign.account.max_rate_per_s,
        is_priority=campaign.is_priority,
        is_test=campaign.campaign_kind == CampaignKind.TEST,
        is_hurried=campaign.is_hurried,
        required_fields=required_fields(message),
        given_values=campaign.given_values,
        reaches_unsubscribed=campaign.campaign_kind in PERSONAL_KINDS,
        list_ids=_list_ids(campaign),
        personal=personal,
    )


def _rehearsed(campaign: Campaign, transport: Transport) -> Transport:
    """With a test key only guests are written to; read each time, since their list may change."""
    if not campaign.is_rehearsal:
        return transport
    guests = campaign.rehearsal_guests.addresses if campaign.rehearsal_guests else []
    return RehearsalTransport(transport, frozenset(str(address).lower() for address in guests))


def _list_ids(campaign: Campaign) -> frozenset[int]:
    if campaign.campaign_kind != CampaignKind.CAMPAIGN:
        return frozenset()
    return frozenset(first_of(campaign).include_lists.values_list("pk", flat=True))


@lru_cache(maxsize=16)
def _frozen_message(version_id: int) -> CompiledMessage:
    """A version never changes, so one process reads and compiles it once."""
    return compiled_version(version_id)


# Few are kept: with files each may hold 40 MB, and every test or confirmation is a campaign of its own.
_TRANSPORTS: WeighedCache[Transport] = WeighedCache(most=4, most_bytes=48_000_000)
_MAILS: WeighedCache[MailMaker] = WeighedCache(most=4, most_bytes=48_000_000)  # for transports that live shorter
_FILES: WeighedCache[tuple[EncodedFile, ...]] = WeighedCache(most=4, most_bytes=48_000_000)


def _transport_of(campaign: Campaign, version_id: int, personal: PersonalFileSource | None) -> Transport:
    envelope = envelope_of(campaign)
    if campaign.account is None or campaign.account.kind == AccountKind.SES:
        return _transport(version_id, envelope, personal)
    mails = _MAILS.get((version_id, envelope), lambda: _mails(version_id, envelope, personal))
    return SmtpTransport(mails, envelope, relay_settings(campaign.account.pk))


def _mails(version_id: int, envelope: Envelope, personal: PersonalFileSource | None) -> tuple[MailMaker, int]:
    files = _FILES.get(version_id, lambda: _weighed(_files_within(version_id)))
    own_bytes = OWN_FILES_KEPT_BYTES if personal else 0
    return MailMaker(_frozen_message(version_id), envelope, files, personal), _weighed(files)[1] + own_bytes


def _transport(version_id: int, envelope: Envelope, personal: PersonalFileSource | None) -> Transport:
    def make() -> tuple[Transport, int]:
        files = _FILES.get(version_id, lambda: _weighed(_files_within(version_id)))
        transport = SesTransport(_frozen_message(version_id), envelope, files, personal)
        return transport, _weighed(files)[1] + (OWN_FILES_KEPT_BYTES if personal else 0)

    return _TRANSPORTS.get((version_id, envelope), make)


def _weighed(files: tuple[EncodedFile, ...]) -> tuple[tuple[EncodedFile, ...], int]:
    return files, sum(file.wire_bytes for file in files)


def _files_within(version_id: int) -> tuple[EncodedFile, ...]:
    """The images that the HTML shows from within the mail, and the attachments."""
    message = _frozen_message(version_id)
    return (*encode_all(embedded_images(message)), *encoded_attachments(version_id, message))


def forget_transports() -> None:
    """For tests, where ids come again."""
    _frozen_message.cache_clear()
    _TRANSPORTS.clear()
    _MAILS.clear()
    _FILES.clear()


def envelope_of(campaign: Campaign) -> Envelope:
    """What all mails of the campaign share beside the words."""
    return Envelope(
        from_name=campaign.from_name,
        from_address=campaign.from_address,
        reply_to=campaign.reply_to,
        configuration_set=_configuration_set(campaign),
        campaign_id=campaign.pk,
        is_one_click=campaign.campaign_kind == CampaignKind.CAMPAIGN,
    )


def _configuration_set(campaign: Campaign) -> str:
    """That with SES's tracking only where the campaign asks for it and the account has one."""
    account = campaign.account
    if account is None:
        return ""
    tracking = account.tracking_configuration_set if campaign.is_tracked else ""
    return tracking or account.configuration_set
