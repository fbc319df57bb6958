"""The rows of the bench of forms, in the database of the stack that runs; Django is loaded by `set_up`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def set_up() -> None:
    """Load Django with the variables of the stack."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()


def make_form(name: str, *, per_hour: int) -> str:
    """A form; returns its key."""
    from campaigns.forms.models import ContactForm
    from campaigns.sending.models import SendingAccount

    account = SendingAccount.objects.order_by("pk").first()
    return ContactForm.objects.create(
        name=name, title=name, recipient="office@club.example", account=account, from_address=_from_address(),
        allowed_origins="https://www.club.example", per_address_hour=1_000_000, per_form_hour=per_hour,
    ).form_key  # fmt: skip


def start_campaign(people: int) -> int:
    """A campaign to so many people, started; returns its id."""
    from campaigns.audience.models import Contact, ContactList, ListMembership
    from campaigns.sending.models import Campaign, SendingAccount
    from campaigns.sending.services import start_campaign as start

    listed = ContactList.objects.create(name="Everybody of the bench")
    addresses = [f"p{number}@success.example" for number in range(people)]
    Contact.objects.bulk_create(
        [Contact(address=address, address_key=address) for address in addresses], batch_size=2000
    )
    found = Contact.objects.filter(address_key__endswith="@success.example").values_list("pk", flat=True)
    ListMembership.objects.bulk_create(
        [ListMembership(contact_id=pk, contact_list=listed) for pk in found], batch_size=5000
    )
    account = SendingAccount.objects.order_by("pk").first()
    campaign = Campaign.objects.create(
        name="Beside the forms", account=account, from_address=_from_address(), subject="News", body="Hello.",
    )  # fmt: skip
    campaign.include_lists.add(listed)
    start(campaign.pk, actor=None)
    return int(campaign.pk)


def _from_address() -> str:
    from django.conf import settings

    return str(settings.DEFAULT_FROM_ADDRESS)


def sent_of_campaign(campaign_id: int) -> int:
    """How many SES has taken."""
    from campaigns.sending.models import Acceptance, Delivery

    ids = Delivery.objects.filter(campaign_id=campaign_id).order_by("pk").values_list("pk", flat=True)
    first = ids.first()
    return Acceptance.objects.filter(delivery_id__in=ids).count() if first else 0


def pause(campaign_id: int) -> None:
    """Pause it."""
    from campaigns.sending.services import pause_campaign

    pause_campaign(campaign_id, actor=None)


def taken_at(message_ids: list[str], log: Path) -> dict[str, float]:
    """{message id: seconds since 1970 at which the double of SES wrote its mail down}."""
    from campaigns.forms.models import FormMessage
    from campaigns.sending.models import Delivery

    mails = {mail: public.hex for public, mail in FormMessage.objects.filter(
        public_id__in=message_ids, mail__isnull=False).values_list("public_id", "mail_id")}  # fmt: skip
    rows = Delivery.objects.filter(address_key="office@club.example", campaign_id__in=mails)
    by_delivery = {str(pk): mails[campaign] for pk, campaign in rows.values_list("pk", "campaign_id")}
    found: dict[str, float] = {}
    for line in log.read_text().splitlines():
        told = json.loads(line)
        key = by_delivery.get(str(told.get("delivery", "")))
        if key is not None:
            found.setdefault(key, float(told["at_s"]))
    return found


def message_ids(form_key: str) -> list[str]:
    """The ids of all that the form kept, sorted."""
    from campaigns.forms.models import FormMessage

    return sorted(each.hex for each in FormMessage.objects.filter(form__form_key=form_key).values_list(
        "public_id", flat=True))  # fmt: skip
