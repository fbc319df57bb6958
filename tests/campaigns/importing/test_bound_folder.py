from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.db import connection

from campaigns.importing import drops
from campaigns.importing.drops import receive_upload_events
from campaigns.importing.models import ContactImport, DropFolder
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignStatus
from portal.files import save_file
from portal.models import Activity
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

FILE = b"email,first name\nanna@club.example,Anna\nben@club.example,Ben\n"


@pytest.fixture(autouse=True)
def dropped_file(monkeypatch, settings):
    settings.SEND_GRACE_S = 0
    monkeypatch.setattr(drops, "take_in", lambda _bucket, _object_key, *, key: save_file(key, [FILE]))


def drop(times: int = 1) -> None:
    found = {"bucket": {"name": "drops"}, "object": {"key": "uploads/choir/may.csv", "size": 10, "eTag": "abc"}}
    body = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": found}]})
    receive_upload_events([body] * times)


def bound_folder(**fields) -> Campaign:
    campaign = make_campaign("Welcome", **fields)
    DropFolder.objects.create(prefix="choir", campaign=campaign, send_by_itself=True, consent=True)
    return campaign


def test_a_dropped_file_is_imported_and_mailed_to_exactly_its_people(hints, ses):
    make_contact("ben@club.example")  # here already, and in the file
    make_contact("other@club.example")  # not in the file
    bound_folder()
    drop()
    hints.run_all()
    assert sorted(ses.recipients()) == ["anna@club.example", "ben@club.example"]
    sent = Campaign.objects.get(status=CampaignStatus.COMPLETED)
    assert sent.name == "Welcome: may.csv"


def test_ses_is_asked_about_the_sender_before_the_import_ends_and_not_while_its_rows_are_held(hints, ses, monkeypatch):
    depths, outside = [], len(connection.atomic_blocks)

    def identities():
        depths.append(len(connection.atomic_blocks))
        return {"postroom.example"}

    monkeypatch.setattr("campaigns.sending.identities.verified_identities", identities)
    cache.clear()
    bound_folder()
    drop()
    hints.run_all()
    assert depths == [outside]
    assert len(ses.recipients()) == 2


def test_the_same_file_dropped_twice_is_mailed_once(hints, ses):
    bound_folder()
    drop(times=2)
    drop()
    hints.run_all()
    assert ContactImport.objects.count() == 1
    assert len(ses.recipients()) == 2


def test_a_folder_that_does_not_send_by_itself_only_imports(hints, ses):
    bound_folder()
    DropFolder.objects.update(send_by_itself=False)
    drop()
    hints.run_all()
    assert ContactImport.objects.get().status == ContactImport.Status.COMPLETED
    assert not Delivery.objects.exists()


def test_a_campaign_that_cannot_start_leaves_the_import_complete_and_says_why(hints, ses):
    bound_folder(subject="")
    drop()
    hints.run_all()
    assert ContactImport.objects.get().status == ContactImport.Status.COMPLETED
    assert ses.recipients() == []
    noted = Activity.objects.get(verb="import.campaign_not_started")
    assert "subject" in noted.details["reason"]
