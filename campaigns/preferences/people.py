"""Whose link it is: from a delivery to the person, and what they can choose from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact, ContactList
from campaigns.bulk.models import FormerAddress
from campaigns.privacy.anonymous import is_anonymous
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_ORIGINS = 20


class LinkOf(Enum):
    """What a good link leads to."""

    PERSON = "person"
    TEST = "test"  # it was a test mail
    FORGOTTEN = "forgotten"
    GONE = "gone"  # the mail is no longer in the ledger


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a link. `campaign_lists` are the lists that the mail went to, [] where it went to others, too."""

    kind: LinkOf
    delivery: Delivery | None = None
    contact: Contact | None = None
    campaign_lists: Sequence[ContactList] = ()

    @property
    def address_keys(self) -> list[str]:
        """Where the mail went, and where the person gets mail now."""
        now = [self.contact.address_key] if self.contact else []
        return sorted({*now, *([self.delivery.address_key] if self.delivery else [])})


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as the person sees it on the public page."""

    list_id: int
    name: str
    description: str


def holder_of(delivery_id: int, *, is_locked: bool = False) -> Holder:
    """Who holds the link of this delivery; `is_locked` lets one press after the other do its work."""
    rows = Delivery.objects.select_for_update() if is_locked else Delivery.objects.all()
    delivery = rows.filter(pk=delivery_id).first()
    if delivery is None:
        return Holder(LinkOf.GONE)
    campaign = Campaign.objects.filter(pk=delivery.campaign_id).first()
    if campaign is None:
        return Holder(LinkOf.GONE)
    if campaign.campaign_kind == CampaignKind.TEST:
        return Holder(LinkOf.TEST, delivery)
    if is_anonymous(delivery.address_key):
        return Holder(LinkOf.FORGOTTEN, delivery)
    return Holder(LinkOf.PERSON, delivery, _person_of(delivery), lists_of(campaign))


def lists_of(campaign: Campaign) -> list[ContactList]:
    """The lists that a campaign went to; [] where it went to others as well, or to everybody.

    One that was sent again goes by the lists of the first.
    """
    campaign = first_of(campaign)
    if campaign.is_to_everybody or campaign.include_tags.exists() or campaign.include_segments.exists():
        return []
    return list(campaign.include_lists.order_by("name"))


def first_of(campaign: Campaign) -> Campaign:
    """The campaign whose audience this one goes back to; itself, unless it was sent again."""
    for _step in range(_MAX_ORIGINS):
        if campaign.origin is None:
            break
        campaign = campaign.origin
    return campaign


def shown_lists(holder: Holder) -> list[ShownList]:
    """The lists that the person is on and may know of: those with a public name, and those that this mail went to."""
    if holder.contact is None:
        return []
    of_mail = {each.pk for each in holder.campaign_lists}
    on = ContactList.objects.filter(memberships__contact=holder.contact).order_by("public_name", "name")
    return [_shown(each) for each in on if each.public_name or each.pk in of_mail]


def public_names(lists: Sequence[ContactList]) -> list[str]:
    """What the person may read of these lists; those without a public name are not named."""
    return [each.public_name for each in lists if each.public_name]


def _shown(contact_list: ContactList) -> ShownList:
    name = contact_list.public_name or _("Mails like the one you came from")
    return ShownList(contact_list.pk, name, contact_list.public_description)


def _person_of(delivery: Delivery) -> Contact | None:
    """The person, also when their address was changed since or they were merged into another."""
    by_address = Contact.objects.filter(address_key=delivery.address_key).first()
    if by_address is not None:
        return by_address
    former = FormerAddress.objects.filter(address_key=delivery.address_key).select_related("contact").first()
    if former is not None:
        return former.contact
    return Contact.objects.filter(pk=delivery.contact_id).first() if delivery.contact_id else None
