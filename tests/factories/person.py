"""One person with a long history, as their page shows it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.models import Contact
from campaigns.audience.services import save_contact
from campaigns.sending.models import Acceptance, Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.suppression.models import Suppression
from tests.factories.audience import make_list
from tests.factories.importing import imported
from tests.factories.sending import make_campaign, plan_people

CSV = b"Email,First name,Last name,City\nAnna.Berg@club.example,Anna,Berg,Oldtown\n"


def mail_to(contact: Contact, campaign: Campaign, state: DeliveryState, reason: Reason = Reason.NONE) -> Delivery:
    """One delivery of a campaign to this contact, as the plan would write it."""
    (delivery,) = plan_people(campaign, [(state, reason)], prefix=f"of-{campaign.pk}-")
    Delivery.objects.filter(pk=delivery.pk).update(
        address=contact.address, address_key=contact.address_key, contact=contact
    )
    delivery.refresh_from_db()
    return delivery


def accepted(delivery: Delivery, *, at=None) -> Acceptance:
    return Acceptance.objects.create(
        delivery_id=delivery.pk, attempt_id=1, ses_message_id="0100-abc", accepted_at=at or timezone.now()
    )


def heard(delivery: Delivery, event_type: str, *, at=None, **fields) -> DeliveryEvent:
    return DeliveryEvent.objects.create(
        delivery_id=delivery.pk, event_key=f"{event_type}-{delivery.pk}-{at}", event_type=event_type,
        happened_at=at or timezone.now(), **fields,
    )  # fmt: skip


def sent_campaign(name: str, *, days_ago: float = 1, **fields) -> Campaign:
    moment = timezone.now() - timedelta(days=days_ago)
    fields = {"status": CampaignStatus.COMPLETED, "planned_at": moment, "started_at": moment} | fields
    return make_campaign(name, **fields)


def anna_of_the_club() -> Contact:
    """Imported with consent, edited, mailed, opened, bounced and suppressed."""
    kim, _made = User.objects.get_or_create(username="kim")
    imported(CSV, file_name="members-2026.csv", consent=True, tag_names=["choir"], contact_list=make_list())
    anna = Contact.objects.get(address_key="anna.berg@club.example")
    anna.attributes = {**anna.attributes, "city": "Newtown"}
    save_contact(anna, lists=anna.lists.all(), tag_names=["choir", "donor"], actor=kim)
    record_consent(anna, source=Consent.Source.BY_HAND, wording="paper form, folder B", actor=kim)
    now = timezone.now()
    april = mail_to(anna, sent_campaign("April letter"), DeliveryState.DELIVERED)
    accepted(april, at=now - timedelta(hours=30))
    heard(april, "delivery", at=now - timedelta(hours=30) + timedelta(seconds=1))
    heard(april, "open", at=now - timedelta(hours=29))
    may = mail_to(anna, sent_campaign("May letter"), DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
    accepted(may, at=now - timedelta(hours=3))
    heard(may, "bounce", at=now - timedelta(hours=2), diagnostic="550 5.1.1 user unknown")
    Suppression.objects.create(
        address=anna.address, address_key=anna.address_key, reason="bounce", source="ses-event",
        note="550 5.1.1 user unknown",
    )  # fmt: skip
    mail_to(anna, sent_campaign("Spring members' letter"), DeliveryState.SKIPPED, Reason.SUPPRESSED_BOUNCE)
    return anna
