from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.importing.models import ContactImport
from campaigns.importing.rejects import part_keys
from campaigns.importing.retention import close_abandoned_uploads, delete_old_files
from campaigns.importing.uploads import create_import
from portal.files import FileMissing, stat_file
from tests.factories.importing import imported, people_csv

pytestmark = pytest.mark.django_db


def test_the_files_of_an_import_go_when_it_stands_for_good():
    contact_import = imported(people_csv(3, extra="nobody,x,y\n"))
    keys = [contact_import.file_key, contact_import.rejects_key, *part_keys(contact_import)]
    assert delete_old_files() == 0
    assert len([stat_file(key) for key in keys]) == 3
    ContactImport.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert delete_old_files() == 1
    for key in keys:
        with pytest.raises(FileMissing):
            stat_file(key)
    assert delete_old_files() == 0


def test_an_upload_that_never_came_is_closed_after_a_day():
    contact_import = create_import("late.csv", actor=None)
    assert close_abandoned_uploads() == 0
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert close_abandoned_uploads() == 1
    contact_import.refresh_from_db()
    assert contact_import.status == ContactImport.Status.CANCELLED
