from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.restored.services import keep_generation, settle_restored
from campaigns.sending import services
from campaigns.sending.states import CampaignStatus
from campaigns.splits.versions import versions_of
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.generation.services import ask_to_go_on
from tests.factories.splits import a_tested_campaign

pytestmark = pytest.mark.django_db


def test_an_ab_test_that_a_restore_takes_back_is_a_draft_with_all_its_versions():
    campaign = a_tested_campaign()
    services.start_campaign(campaign.pk, actor=None)
    keep_generation()
    backup = Generation.objects.get()
    keep_generation()
    Generation.objects.update(counter=backup.counter)
    memory.forget()
    keep_generation()
    ask_to_go_on(actor=User.objects.create_superuser("owner"), reason="The disk was lost.")
    assert settle_restored()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.DRAFT
    [rival] = [version.words for version in versions_of(campaign)[1:]]
    assert (rival.version, rival.status) == (None, CampaignStatus.DRAFT)
