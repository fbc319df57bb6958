from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import Contact, Tag
from campaigns.bulk import run, services
from campaigns.bulk.deeds import deed_of
from campaigns.bulk.models import BulkChange, BulkTarget, BulkUndo
from campaigns.bulk.services import stop_bulk_change, undo_bulk_change
from campaigns.bulk.sweep import sweep_bulk_work
from portal.errors import Conflict
from portal.queues import TaskName
from tests.factories.bulk import Deed, make_people, start, tagged

pytestmark = pytest.mark.django_db

Status = BulkChange.Status


class Killed(BaseException):
    """The worker is gone, in the middle of it."""


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(run, "SLICE_PEOPLE", 3)
    monkeypatch.setattr(services, "AT_ONCE", 2)


def killed_after(monkeypatch, slices, *, method):
    """Let the deed die inside its transaction after so many slices; returns what mends it."""
    calls, whole = [], deed_of

    def deed_that_dies(change):
        deed = whole(change)

        class Dying:
            def apply(self, ids):
                return self._do("apply", ids)

            def revert(self, before):
                return self._do("revert", before)

            def _do(self, name, given):
                done = getattr(deed, name)(given)
                calls.append(name)
                if name == method and len(calls) > slices:
                    raise Killed
                return done

        return Dying()

    monkeypatch.setattr(run, "deed_of", deed_that_dies)
    return lambda: monkeypatch.setattr(run, "deed_of", whole)


def let_the_lease_run_out():
    BulkChange.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_many_people_are_left_to_a_worker(hints):
    make_people(8)
    change = tagged()
    assert (change.status, change.changed_count) == (Status.WAITING, 0)
    hints.run_all()
    change.refresh_from_db()
    assert (change.status, change.people_count, change.changed_count) == (Status.COMPLETED, 8, 8)
    assert Tag.objects.get().contacts.count() == 8


@pytest.mark.parametrize("slices", [0, 1, 2])
def test_a_killed_worker_is_followed_by_one_that_goes_on_exactly(monkeypatch, hints, slices):
    make_people(8)
    change = tagged()
    mend = killed_after(monkeypatch, slices, method="apply")
    with pytest.raises(Killed):
        hints.run_all()
    change.refresh_from_db()
    assert change.done_count == slices * 3
    assert BulkTarget.objects.count() == 8 - change.done_count
    mend()
    let_the_lease_run_out()
    sweep_bulk_work()
    hints.run_all()
    change.refresh_from_db()
    assert (change.status, change.done_count, change.changed_count) == (Status.COMPLETED, 8, 8)
    assert BulkUndo.objects.count() == 8


@pytest.mark.parametrize("deed", [Deed.DELETE, Deed.SET_FIELD])
def test_a_killed_undo_is_ended_by_the_next_worker(monkeypatch, hints, deed):
    make_people(8)
    before = list(Contact.objects.order_by("pk").values("pk", "first_name", "attributes"))
    change = start(deed, field="attribute:city", value="Same")
    hints.run_all()
    undo_bulk_change(change.pk, actor=None)
    mend = killed_after(monkeypatch, 1, method="revert")
    with pytest.raises(Killed):
        hints.run_all()
    mend()
    let_the_lease_run_out()
    sweep_bulk_work()
    hints.run_all()
    change.refresh_from_db()
    assert (change.status, change.restored_count) == (Status.UNDONE, 8)
    assert list(Contact.objects.order_by("pk").values("pk", "first_name", "attributes")) == before


def test_a_worker_that_was_taken_over_commits_nothing_more(monkeypatch, hints):
    make_people(8)
    change = tagged()
    take = BulkTarget.objects.filter

    def taken_over(*args, **kwargs):
        BulkChange.objects.update(lease_token="another")
        return take(*args, **kwargs)

    monkeypatch.setattr(BulkTarget.objects, "filter", taken_over)
    hints.run_all()
    change.refresh_from_db()
    assert change.changed_count == 0
    assert not Tag.objects.get().contacts.exists()


def test_whoever_comes_to_match_after_the_start_is_not_reached(hints):
    make_people(8)
    change = tagged()
    run.run_bulk_change(change.pk)
    make_people(1, first=100)
    hints.run_all()
    assert Tag.objects.get().contacts.count() == 8


def test_the_filter_may_change_its_own_people(hints):
    make_people(8)
    choir = Tag.objects.create(name="choir")
    choir.contacts.set(Contact.objects.all())
    start(Deed.REMOVE_TAG, f"tag={choir.pk}", group=choir)
    hints.run_all()
    assert not choir.contacts.exists()


def test_a_stopped_deed_goes_no_further_and_can_be_undone(hints, monkeypatch):
    make_people(8)
    change = tagged()
    killed_after(monkeypatch, 1, method="apply")
    with pytest.raises(Killed):
        hints.run_all()
    stopped = stop_bulk_change(change.pk, actor=None)
    assert (stopped.status, stopped.changed_count) == (Status.CANCELLED, 3)
    sweep_bulk_work()
    assert not hints.of(TaskName.RUN_BULK_CHANGE)
    undo_bulk_change(change.pk, actor=None)
    monkeypatch.undo()
    hints.run_all()
    assert not Tag.objects.get().contacts.exists()


def test_a_deed_whose_tag_was_deleted_meanwhile_says_so(hints):
    make_people(8)
    change = tagged()
    Tag.objects.all().delete()
    hints.run_all()
    change.refresh_from_db()
    assert (change.status, "deleted meanwhile" in change.problem) == (Status.FAILED, True)


def test_a_deed_that_kills_every_worker_is_given_up():
    make_people(8)
    change = tagged()
    BulkChange.objects.update(claim_count=9)
    run.run_bulk_change(change.pk)
    change.refresh_from_db()
    assert change.status == Status.FAILED


def test_what_undo_needs_goes_when_its_time_is_over(hints, settings):
    make_people(8)
    change = tagged()
    hints.run_all()
    sweep_bulk_work()
    assert BulkUndo.objects.count() == 8
    BulkChange.objects.update(finished_at=timezone.now() - timedelta(days=settings.UNDO_BULK_DAYS, minutes=1))
    sweep_bulk_work()
    assert not BulkUndo.objects.exists()
    with pytest.raises(Conflict):
        undo_bulk_change(change.pk, actor=None)
