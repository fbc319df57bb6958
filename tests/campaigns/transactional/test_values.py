from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from campaigns.privacy.erase_ledger import forget_single_mails
from campaigns.privacy.subject import Subject
from campaigns.transactional.services import forget_old_values
from tests.factories.transactional import make_message

pytestmark = pytest.mark.django_db


def test_values_are_forgotten_after_their_days_and_not_before():
    message = make_message()
    assert forget_old_values() == 0
    with time_machine.travel(timezone.now() + timedelta(days=settings.MESSAGE_VALUES_DAYS, minutes=1), tick=False):
        assert forget_old_values() == 1
        assert forget_old_values() == 0
    message.campaign.refresh_from_db()
    assert message.campaign.given_values == {}


def test_forgetting_one_of_several_people_forgets_what_was_filled_in():
    message = make_message("anna@club.example", "bert@club.example")
    forget_single_mails(Subject((), ("bert@club.example",)))
    message.campaign.refresh_from_db()
    assert message.campaign.given_values == {}
