"""Gathers what an answer to "why did they not get it?" needs: a handful of index look-ups for one address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.bulk.models import FormerAddress
from campaigns.follow_ups.people import others_in_family, without_those_written_to
from campaigns.messages.problems import TemplateInvalid
from campaigns.person.why import CampaignFacts, DeliveryFacts, SuppressionFacts, WhyFacts
from campaigns.privacy.forgotten import is_forgotten
from campaigns.segments.definition import InvalidDefinition
from campaigns.segments.frozen import segments_of
from campaigns.segments.people import is_in
from campaigns.sending.audience import GIVEN_BY_US, audience_of, has_audience, lacking_value
from campaigns.sending.models import Acceptance, Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, OriginKind, Reason
from campaigns.splits.assignment import REST
from campaigns.splits.parts import is_undecided
from campaigns.splits.versions import campaign_required_fields
from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.ses_models import SesListEntry
from portal.mail.address import InvalidAddress, parse_address
from portal.row_ids import row_id

if TYPE_CHECKING:
    from datetime import datetime

_TELLS = {
    DeliveryState.BOUNCED: "bounce",
    DeliveryState.REFUSED: "reject",
    DeliveryState.ACCEPTED: "delivery_delay",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that was asked about, whoever has it; `key` is "" where it is no address."""

    address: str
    key: str = ""
    contact: Contact | None = None


def asked_about(text: str) -> Asked:
    """Who stands behind what was typed."""
    typed = text.replace("\0", "").strip()
    try:
        parsed = parse_address(typed)
    except InvalidAddress:
        return Asked(typed)
    found = Contact.objects.filter(address_key=parsed.key).first()
    return Asked(parsed.address, parsed.key, found or _merged_into(parsed.key))


def _merged_into(key: str) -> Contact | None:
    """Whoever has taken over an address by a merge."""
    former = FormerAddress.objects.filter(address_key=key).select_related("contact").first()
    return former.contact if former else None


def asked_contact(contact: Contact) -> Asked:
    """The same for somebody who is known already."""
    return Asked(contact.address, contact.address_key, contact)


def find_campaign(text: str) -> Campaign | None:
    """The campaign that was meant: `#12` at its end, its whole name, or what its name begins with; the newest wins."""
    typed = text.replace("\0", "").strip()
    campaigns = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN).order_by("-pk")
    number = row_id(typed.rpartition("#")[2].rstrip(")"))
    if "#" in typed and number:
        return campaigns.filter(pk=number).first()
    if not typed:
        return None
    same = campaigns.filter(name__iexact=typed).first()
    return same or campaigns.filter(Q(name__istartswith=typed) | Q(name__icontains=typed)).first()


def gather(asked: Asked, campaign: Campaign | None) -> WhyFacts:
    """The facts about one address and, where it is given, one campaign."""
    if not asked.key:
        return WhyFacts(is_address=False, is_contact=False)
    delivery = _delivery(asked, campaign) if campaign else None
    return WhyFacts(
        is_contact=asked.contact is not None,
        added_at=asked.contact.created_at if asked.contact else None,
        suppression=_suppression(asked.key),
        listed_since=_listed_since(asked.key),
        is_forgotten=is_forgotten(asked.key),
        campaign=_campaign(campaign, asked.contact, delivery) if campaign else None,
        delivery=_delivery_facts(delivery) if delivery else None,
    )


def _listed_since(key: str) -> datetime | None:
    entry = SesListEntry.objects.filter(address_key=key, gone_at=None).first()
    return entry.since if entry else None


def _suppression(key: str) -> SuppressionFacts | None:
    found = Suppression.objects.filter(address_key=key).first()
    if found is not None:
        return SuppressionFacts(found.reason, found.created_at, found.note)
    ended = EndedSuppression.objects.filter(address_key=key).order_by("-pk").first()
    return SuppressionFacts(ended.reason, ended.began_at, ended.note, ended.ended_at) if ended else None


def _delivery(asked: Asked, campaign: Campaign) -> Delivery | None:
    found = Delivery.objects.filter(campaign=campaign)
    here = found.filter(address_key=asked.key).first()
    if here is not None or asked.contact is None:
        return here
    former = asked.contact.former_addresses.values("address_key")
    return found.filter(address_key__in=former).first()


def _delivery_facts(delivery: Delivery) -> DeliveryFacts:
    state = DeliveryState(delivery.state)
    acceptance = Acceptance.objects.filter(pk=delivery.pk).first()
    told = DeliveryEvent.objects.filter(delivery_id=delivery.pk, event_type=_TELLS.get(state, "")).last()
    return DeliveryFacts(
        state=state,
        reason=Reason(delivery.reason),
        changed_at=told.happened_at if told else delivery.changed_at,
        accepted_at=acceptance.accepted_at if acceptance else None,
        words=told.diagnostic if told else "",
        is_delayed=told is not None and state is DeliveryState.ACCEPTED,
    )


def _campaign(campaign: Campaign, contact: Contact | None, delivery: Delivery | None) -> CampaignFacts:
    planned_at = _people_settled_at(campaign)
    missing = _missing_fields(campaign, contact) if contact else ()
    joined_later, joined_at = "", None
    is_chosen, excluded_by = False, ""
    if contact is not None and delivery is None:
        is_chosen = _is_chosen(campaign, contact)
        excluded_by = _excluded_by(campaign, contact, planned_at)
        joined_later, joined_at = _joined_after(campaign, contact, planned_at)
    return CampaignFacts(
        name=campaign.name,
        status=CampaignStatus(campaign.status),
        planned_at=planned_at,
        stopped_because=campaign.status_reason,
        has_audience=has_audience(campaign),
        is_chosen=is_chosen,
        excluded_by=excluded_by,
        joined_later=joined_later,
        joined_at=joined_at,
        missing_fields=missing,
        waits_for_winner=delivery is not None and _waits_for_winner(delivery),
    )


def _waits_for_winner(delivery: Delivery) -> bool:
    chunk = Chunk.objects.filter(campaign_id=delivery.campaign_id, number=delivery.chunk_number, part=REST)
    return is_undecided(delivery.campaign_id) and chunk.exists()


def _people_settled_at(campaign: Campaign) -> datetime | None:
    """When its people were settled; a campaign that never got that far has nobody."""
    if campaign.planned_at is not None:
        return campaign.planned_at
    return campaign.started_at if campaign.chunks.exists() else None


def _missing_fields(campaign: Campaign, contact: Contact) -> tuple[str, ...]:
    try:
        required = campaign_required_fields(campaign)
    except TemplateInvalid:
        return ()
    if not lacking_value(Contact.objects.filter(pk=contact.pk), required).exists():
        return ()
    values = contact.merge_values()
    return tuple(name for name in sorted(required - GIVEN_BY_US) if not values.get(name))


def _excluded_by(campaign: Campaign, contact: Contact, moment: datetime | None) -> str:
    """The first list or tag that leaves the person out; a list joined after the people were settled does not."""
    joined = contact.memberships.filter(contact_list__in=campaign.exclude_lists.all())
    if moment is not None:
        joined = joined.filter(joined_at__lte=moment)
    membership = joined.select_related("contact_list").first()
    if membership is not None:
        return _("people on “%s”") % membership.contact_list
    tag = campaign.exclude_tags.filter(contacts=contact).first()
    if tag is not None:
        return _("people tagged “%s”") % tag
    return _excluding_segment(campaign, contact) or _written_to_before(campaign, contact)


def _written_to_before(campaign: Campaign, contact: Contact) -> str:
    """A follow-up to those who joined since leaves out everybody of the campaigns before."""
    if campaign.origin is None or campaign.origin_kind != OriginKind.JOINED:
        return ""
    one = Contact.objects.filter(pk=contact.pk)
    if without_those_written_to(one, others_in_family(campaign)).exists():
        return ""
    return _("those written to by “%s” or what followed it") % campaign.origin.name


def _is_chosen(campaign: Campaign, contact: Contact) -> bool:
    try:
        return audience_of(campaign).filter(pk=contact.pk).exists()
    except InvalidDefinition:
        return False


def _excluding_segment(campaign: Campaign, contact: Contact) -> str:
    try:
        asked = segments_of(campaign)
    except InvalidDefinition:
        return ""
    one = Contact.objects.filter(pk=contact.pk)
    for segment in asked.exclude:
        if one.filter(is_in(segment.group, now=asked.now)).exists():
            return _("the segment “%s”") % segment.name
    return ""


def _joined_after(campaign: Campaign, contact: Contact, moment: datetime | None) -> tuple[str, datetime | None]:
    """The included list that the person joined only after the people were settled, and when; "" when they were on one."""
    if moment is None:
        return "", None
    joined = contact.memberships.filter(contact_list__in=campaign.include_lists.all()).select_related("contact_list")
    first = joined.order_by("joined_at").first()
    if first is None or first.joined_at <= moment:
        return "", None
    return first.contact_list.name, first.joined_at
