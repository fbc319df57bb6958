from __future__ import annotations

import pytest
from django.utils import timezone

from campaigns.suppression import ses_sync
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from campaigns.suppression.ses_models import SesListChange
from portal.generation.models import Generation
from tests.factories.ses_list import FakeSesList, ses_list

__all__ = ["ses_list"]
pytestmark = pytest.mark.django_db


def test_a_restored_database_reads_the_list_in_ses_and_changes_nothing_there(ses_list: FakeSesList):
    suppress("anna@club.example", reason=Suppression.Reason.BOUNCE, source=Suppression.Source.OPERATOR)
    Generation.objects.create(pk=1, installation_key="a", held_since=timezone.now())
    assert ses_sync.sync_with_ses(sleep=ses_list.slept.append)
    assert ses_list.changes() == []
    assert SesListChange.objects.filter(done_at=None).count() == 1
    Generation.objects.update(held_since=None)
    assert ses_sync.sync_with_ses(sleep=ses_list.slept.append)
    assert ses_list.changes() == ["put anna@club.example BOUNCE"]
