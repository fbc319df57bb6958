"""Tests: a message sent to a few people who look at it before everybody gets it, [Test] before the subject."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.guests.addresses import require_few
from campaigns.messages.services import freeze_message
from campaigns.sending.accounts import first_account
from campaigns.sending.drafts import CHOSEN_FIELDS, ENVELOPE_FIELDS
from campaigns.sending.models import Campaign
from campaigns.sending.readiness import require_ready
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.sending.transitions import make_due
from campaigns.sending.trial_results import MARK, marked_subject
from portal.activity import record_activity
from portal.errors import InvalidInput
from portal.mail.address import parse_address
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

    from campaigns.messages.models import Template

MAX_TESTS_PER_HOUR = 100  # of all people together, so that a stolen login is no way to write to strangers


@transaction.atomic
def send_tests(
    source: Campaign, addresses: Sequence[str], *, contact_id: int | None, actor: User | None
) -> list[Campaign]:
    """Send a campaign as it is now (saved, or made from a template) to each address, with a contact's values.

    All share one frozen version. Gives the tests, campaigns of kind TEST. Raises InvalidAddress, InvalidInput (also
    for too many, at once or within the hour), TemplateInvalid.
    """
    recipients = [parse_address(address).address for address in addresses]
    require_few(len(recipients))
    require_ready(source, for_test=True)
    _require_quiet_hour(len(recipients))
    tests = [_test_of(source, recipient, contact_id=contact_id, actor=actor) for recipient in recipients]
    version = freeze_message(tests[0], actor)
    for test in tests:
        test.version = version
        test.save()
        make_due(test)
        publish(TaskName.PLAN_CAMPAIGN, campaign_id=test.pk)
    target = source if source.pk else None
    record_activity("campaign.tested", actor=actor, target=target, label=source.name, addresses=len(recipients))
    return tests


def campaign_from_template(template: Template) -> Campaign:
    """A campaign that is never saved, with the template's words, from the default account and address.

    Raises InvalidInput where no such address is set up.
    """
    if not settings.DEFAULT_FROM_ADDRESS:
        raise InvalidInput(
            _("No address to send from is set up (DEFAULT_FROM_ADDRESS). Start a campaign, and test that.")
        )
    return Campaign(
        name=template.name,
        account=first_account(),
        from_address=settings.DEFAULT_FROM_ADDRESS,
        **{name: getattr(template, name) for name in CHOSEN_FIELDS},
    )


def _require_quiet_hour(count: int) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    lately = Campaign.objects.filter(campaign_kind=CampaignKind.TEST, created_at__gte=an_hour_ago).count()
    if lately + count > MAX_TESTS_PER_HOUR:
        text = _("More than %d tests within an hour. Wait a little, or make it a campaign to a small list.")
        raise InvalidInput(text % MAX_TESTS_PER_HOUR)


def _test_of(source: Campaign, recipient: str, *, contact_id: int | None, actor: User | None) -> Campaign:
    words = {name: getattr(source, name) for name in (*CHOSEN_FIELDS, *ENVELOPE_FIELDS)}
    return Campaign(
        **{**words, "subject": marked_subject(source.subject)},
        name=f"{MARK}{source.name}"[:150],
        campaign_kind=CampaignKind.TEST,
        parent=source if source.pk else None,
        status=CampaignStatus.PENDING,
        only_contact_ids=[contact_id] if contact_id else [],
        test_recipient=recipient,
        started_at=timezone.now(),
        created_by=actor,
    )
