"""Makes the demo as a whole, once, in a database that has nothing yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from time_machine import travel

from campaigns.audience.models import Contact, ContactList
from campaigns.messages.drafts import save_layout, save_snippet, save_template
from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.sending.drafts import Audience, save_draft
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.quota import default_account
from campaigns.sending.services import pause_campaign, schedule_campaign, start_campaign
from portal.activity import record_activity
from portal.alerts.models import AlertRecipient
from portal.publish import producer
from sandbox.demo.audience import write_people, write_suppressions
from sandbox.demo.fields import write_fields, write_segments
from sandbox.demo.gmail import write_gmail
from sandbox.demo.history import send_in_the_past
from sandbox.demo.inbound import write_inbound
from sandbox.demo.login import USERNAME
from sandbox.demo.signup import write_form
from sandbox.demo.texts import (
    DESIGNED,
    DRAFT_LETTER,
    PAUSE_REASON,
    PAUSED_LETTER,
    SCHEDULED_LETTER,
    SENDER_ADDRESS,
    SENDER_NAME,
    SENT_LETTERS,
    SNIPPETS,
    TEMPLATES,
    Letter,
)

JOINED_AGO = timedelta(days=14)
WRITTEN_BEFORE = timedelta(hours=1)


ALERTED = "office@riverside.example"  # its alerts land in the mailbox of the sandbox


def is_empty() -> bool:
    """Tell whether nobody has put anything into this database yet."""
    return not Contact.objects.exists() and not Campaign.objects.exists()


@transaction.atomic
def make_demo() -> None:
    """Write the demo, all of it or nothing; call it when `is_empty`."""
    # Everything here is past or waits for a person, so its hints are for nobody.
    producer.conf.update(broker_url="memory://")
    actor = User.objects.filter(username=USERNAME).first()
    now = timezone.now()
    with travel(now - JOINED_AGO, tick=False):
        account = _write_account()
        _write_house()
        contacts = write_people()
        write_fields()
        write_segments()
        write_suppressions(contacts)
        write_form(account)
    for letter in SENT_LETTERS:
        _send(letter, actor)
    paused, paused_at = _send(PAUSED_LETTER, actor)
    with travel(paused_at, tick=False):
        pause_campaign(paused.pk, actor=actor, reason=PAUSE_REASON)
    scheduled = _write_draft(SCHEDULED_LETTER, actor)
    schedule_campaign(scheduled.pk, at=now + timedelta(days=3), actor=actor)
    _write_draft(DRAFT_LETTER, actor)
    write_inbound(write_gmail(actor), actor)
    SendingAccount.objects.filter(pk=account.pk).update(refreshed_at=now)
    record_activity("demo.made", actor=None)


def _send(letter: Letter, actor: User | None) -> tuple[Campaign, datetime]:
    """Write a campaign, press Send and let it go, all as long ago as the letter says; return when it ended, too."""
    started_at = timezone.now() - (letter.ago or timedelta())
    with travel(started_at - WRITTEN_BEFORE, tick=False) as clock:
        campaign = _write_draft(letter, actor)
        clock.move_to(started_at)
        start_campaign(campaign.pk, actor=actor)
    campaign.refresh_from_db()
    ended_at = send_in_the_past(campaign, letter, started_at=campaign.send_after or started_at)
    return campaign, ended_at


def _write_draft(letter: Letter, actor: User | None) -> Campaign:
    campaign = Campaign(
        name=letter.name,
        subject=letter.subject,
        body=letter.body,
        from_name=SENDER_NAME,
        from_address=SENDER_ADDRESS,
    )
    audience = Audience(
        include_lists=ContactList.objects.filter(name__in=letter.lists),
        exclude_lists=ContactList.objects.filter(name__in=letter.excluded_lists),
    )
    return save_draft(campaign, audience, actor=actor)


def _write_account() -> SendingAccount:
    account = default_account()
    account.max_rate_per_s, account.quota_24h, account.has_production_access = 14, 50_000, True
    account.save()
    AlertRecipient.objects.get_or_create(address=ALERTED)
    return account


def _write_house() -> None:
    layout = HouseLayout.objects.filter(name="Association").first() or HouseLayout(name="Association", is_default=True)
    layout.organisation = "Riverside Community Association"
    layout.postal_address = "Riverside Community Association, 1 Mill Lane, Riverside"
    layout.footer = "You get this because you are on one of our lists."
    save_layout(layout, actor=None)
    for snippet, description, words in SNIPPETS:
        save_snippet(Snippet(name=snippet, description=description, body=words), actor=None)
    for name, subject, body in TEMPLATES:
        save_template(Template(name=name, subject=subject, body=body), actor=None)
    save_template(Template(name="Designed", subject="Summer party", kind="mjml", body=DESIGNED), actor=None)
