"""Failed rows by cause, and trying them again: one first, then the rest, by the service that owns them."""

from __future__ import annotations

import pytest

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.failures import again
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.sending.models import Chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from portal.errors import Conflict
from portal.failures.models import Redrive
from portal.failures.redrive import run_redrive
from portal.failures.services import try_again
from portal.failures.sources import SOURCES
from portal.queues import TaskName
from tests.factories.failures import failed_change, failed_export, failed_import
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db

Status = Export.Status


def causes(source: str):
    return list(SOURCES[source].causes())


def begin(source: str, key: str) -> Redrive:
    return try_again(f"rows:{source}", cause_key=key, label="exports", planned=3, actor=None)


def go_on(redrive: Redrive) -> Redrive:
    Redrive.objects.filter(pk=redrive.pk).update(retry_at=None)
    run_redrive(redrive.pk)
    redrive.refresh_from_db()
    return redrive


def test_rows_that_failed_for_one_reason_are_one_cause():
    for _number in range(3):
        failed_export()
    failed_export(problem="The filter means nothing.")
    counts = {cause.text: cause.count for cause in causes("exports")}
    assert counts == {"Writing it kept stopping on the way.": 3, "The filter means nothing.": 1}


def test_one_row_is_tried_first_and_the_rest_when_that_went_well(hints):
    exports = [failed_export() for _number in range(3)]
    redrive = go_on(begin("exports", causes("exports")[0].key))
    writing = Export.objects.filter(status=Status.WRITING)
    assert [row.pk for row in writing] == [exports[0].pk]
    assert (redrive.status, writing.get().part_count) == (Redrive.Status.WAITING, 0)
    writing.update(status=Status.READY)
    redrive = go_on(redrive)
    assert (redrive.status, redrive.moved_count) == (Redrive.Status.DONE, 3)
    assert Export.objects.filter(status=Status.WRITING).count() == 2
    assert len(hints.of(TaskName.WRITE_EXPORT)) == 3


def test_when_the_first_row_fails_again_the_rest_stays_and_the_reason_is_told():
    exports = [failed_export() for _number in range(3)]
    redrive = go_on(begin("exports", causes("exports")[0].key))
    Export.objects.filter(pk=exports[0].pk).update(status=Status.FAILED, problem="The disk is full.")
    redrive = go_on(redrive)
    assert (redrive.status, redrive.problem) == (
        Redrive.Status.STOPPED,
        "The first one failed again: The disk is full.",
    )
    assert Export.objects.filter(status=Status.FAILED).count() == 3


def test_a_killed_redrive_tries_no_row_twice(hints, monkeypatch):
    exports = [failed_export() for _number in range(3)]
    redrive = go_on(begin("exports", causes("exports")[0].key))
    Redrive.objects.filter(pk=redrive.pk).update(status=Redrive.Status.FIRST)  # killed before it was noted
    redrive = go_on(redrive)
    assert redrive.status == Redrive.Status.WAITING
    assert len(hints.of(TaskName.WRITE_EXPORT)) == 1
    Export.objects.filter(pk=exports[0].pk).update(status=Status.READY)
    assert go_on(redrive).status == Redrive.Status.DONE


def test_only_an_import_that_failed_for_a_reason_of_ours_can_go_on():
    failed_import("keeps_failing")
    failed_import("file_missing")
    can_try = {cause.key: cause.can_try for cause in causes("imports")}
    assert can_try == {"keeps_failing": True, "file_missing": False}


def test_an_import_that_brought_people_in_goes_on_behind_them(hints):
    contact_import = failed_import(claim_count=6)
    ImportBatch.objects.create(
        contact_import=contact_import, phase=ImportBatch.Phase.RUN, number=1, end_offset=90, end_line=4, row_count=3
    )
    again.resume_import(contact_import.pk, None)
    contact_import.refresh_from_db()
    assert (contact_import.status, contact_import.claim_count) == (ContactImport.Status.IMPORTING, 0)
    assert [hint.ids for hint in hints.of(TaskName.RUN_IMPORT)] == [{"import_id": contact_import.pk}]


def test_an_import_that_brought_nobody_in_is_checked_anew_and_asks_again(hints):
    contact_import = failed_import()
    again.resume_import(contact_import.pk, None)
    contact_import.refresh_from_db()
    assert contact_import.status == ContactImport.Status.CHECKING
    assert len(hints.of(TaskName.CHECK_IMPORT)) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [({}, "running"), ({"people_count": 0}, "waiting")],
)
def test_a_bulk_change_goes_on_where_it_stopped(hints, given, status):
    change = failed_change(**given)
    again.resume_bulk_change(change.pk, None)
    assert BulkChange.objects.get().status == status
    with pytest.raises(Conflict):
        again.resume_bulk_change(change.pk, None)


def test_refused_people_are_counted_from_the_counters_of_chunks():
    campaign = make_campaign(status=CampaignStatus.COMPLETED)
    code = f"{DeliveryState.REFUSED.value}:{Reason.NOT_VERIFIED.value}"
    for number in range(2):
        Chunk.objects.create(
            campaign=campaign, number=number, first_delivery_id=1, last_delivery_id=9, is_open=False, refused_count=4,
            cause_counts={code: 4, f"{DeliveryState.BOUNCED.value}:80": 3},
        )  # fmt: skip
    [cause] = causes("deliveries")
    assert (cause.count, cause.can_try) == (8, False)
    assert "state=refused&reason=41" in cause.url
    assert "Verify the From address" in cause.cure


def test_a_failed_campaign_tells_its_reason():
    make_campaign(status=CampaignStatus.FAILED, status_reason="The segment is gone.", name="Spring")
    [cause] = causes("campaigns")
    assert cause.text == "Spring: The segment is gone."
