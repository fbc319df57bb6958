"""Killed workers: whatever was committed counts once, and the rest is done by the next one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.importing import check, passes, run, stored_file
from campaigns.importing.models import ContactImport, ImportBatch, OnExisting
from campaigns.importing.passes import MAX_CLAIMS, claim_import
from campaigns.importing.services import cancel_import, start_import
from campaigns.importing.sweep import sweep_imports
from campaigns.importing.uploads import change_format
from portal.errors import Unavailable
from portal.files import save_file
from portal.queues import TaskName
from tests.factories.importing import begin_check, checked, make_contact, people_csv, uploaded

Status = ContactImport.Status
BATCH_ROWS = 7
ROW_COUNT = 30

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours catches it, and the transaction is rolled back."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    for module in (check, run):
        monkeypatch.setattr(module, "walk_file", partial(passes.walk_file, batch_rows=BATCH_ROWS))


@pytest.fixture
def kill(monkeypatch):
    """`kill(n, when)`: the next worker dies "before", "within" or "after" its n-th commit."""
    commit = passes._commit_batch

    def plan(number, when):
        seen = []

        def dying(*args, **kwargs):
            seen.append(1)
            if len(seen) != number:
                return commit(*args, **kwargs)
            monkeypatch.setattr(passes, "_commit_batch", commit)
            if when == "before":
                raise Killed
            with transaction.atomic():
                commit(*args, **kwargs)
                if when == "within":
                    raise Killed
            raise Killed

        monkeypatch.setattr(passes, "_commit_batch", dying)

    return plan


def let_lease_run_out():
    ContactImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def content():
    """Rows with line breaks in cells, a bad row and a duplicate, so that lines and bytes do not run in step."""
    rows = [f'p{i}@host.example,"Anna\n{i}",C{i}' for i in range(ROW_COUNT)]
    rows[11] = 'nobody,"x",y'
    rows[20] = 'p3@host.example,"Later",C'
    return ("Email,First name,City\n" + "\n".join(rows) + "\n").encode()


@pytest.mark.parametrize("when", ["before", "within", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_an_import_killed_at_any_batch_brings_everybody_in_exactly_once(kill, number, when):
    members = ContactList.objects.create(name="Members")
    make_contact("p5@host.example", first_name="Old")
    contact_import = checked(content(), on_existing=OnExisting.UPDATE, contact_list=members)
    start_import(contact_import.pk, actor=None)

    kill(number, when)
    with pytest.raises(Killed):
        run.run_import(contact_import.pk)
    run.run_import(contact_import.pk)  # the lease still holds: a doubled hint does nothing
    assert ContactImport.objects.get(pk=contact_import.pk).status == Status.IMPORTING
    let_lease_run_out()
    run.run_import(contact_import.pk)

    contact_import.refresh_from_db()
    people = ROW_COUNT - 2
    assert contact_import.status == Status.COMPLETED
    assert (contact_import.created_count, contact_import.changed_count) == (people - 1, 1)
    assert contact_import.done_rows == ROW_COUNT
    assert Contact.objects.count() == ListMembership.objects.count() == people
    assert Contact.objects.get(address_key="p3@host.example").first_name == "Later"
    batches = contact_import.batches.filter(phase=ImportBatch.Phase.RUN).order_by("number")
    assert [batch.number for batch in batches] == [1, 2, 3, 4, 5]
    assert batches[4].end_offset == len(content())


@pytest.mark.parametrize("when", ["before", "within", "after"])
@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_check_killed_at_any_batch_counts_every_row_once(kill, number, when):
    contact_import = begin_check(uploaded(content()))
    kill(number, when)
    with pytest.raises(Killed):
        check.check_import(contact_import.pk)
    let_lease_run_out()
    check.check_import(contact_import.pk)

    contact_import.refresh_from_db()
    assert contact_import.status == Status.CHECKED
    assert (contact_import.row_count, contact_import.new_count) == (ROW_COUNT, ROW_COUNT - 2)
    assert (contact_import.reject_count, contact_import.duplicate_count) == (1, 1)
    assert [(p["code"], p["count"], p["line"]) for p in contact_import.problems] == [
        ("address_invalid", 1, 24),
        ("duplicate", 1, 8),
    ]


def test_a_worker_that_lost_its_lease_writes_nothing(monkeypatch):
    contact_import = checked(people_csv(30))
    start_import(contact_import.pk, actor=None)
    commit = passes._commit_batch

    def overtaken(*args, **kwargs):
        if kwargs["number"] == 3:
            let_lease_run_out()
            assert claim_import(contact_import.pk, Status.IMPORTING) is not None
        commit(*args, **kwargs)

    monkeypatch.setattr(passes, "_commit_batch", overtaken)
    run.run_import(contact_import.pk)
    assert Contact.objects.count() == 2 * BATCH_ROWS


def test_cancelling_stops_a_running_import_at_its_next_batch(monkeypatch):
    contact_import = checked(people_csv(30))
    start_import(contact_import.pk, actor=None)
    commit = passes._commit_batch

    def cancelled(*args, **kwargs):
        if kwargs["number"] == 3:
            cancel_import(contact_import.pk, actor=None)
        commit(*args, **kwargs)

    monkeypatch.setattr(passes, "_commit_batch", cancelled)
    run.run_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.CANCELLED
    assert Contact.objects.count() == contact_import.created_count == 2 * BATCH_ROWS
    assert contact_import.can_undo


def test_a_file_that_was_replaced_stops_the_import(kill):
    contact_import = checked(people_csv(30))
    start_import(contact_import.pk, actor=None)
    kill(3, "after")
    with pytest.raises(Killed):
        run.run_import(contact_import.pk)
    save_file(contact_import.file_key, [people_csv(30, first=100)])
    let_lease_run_out()
    run.run_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.FAILED
    assert contact_import.file_problem["code"] == "file_changed"
    assert Contact.objects.count() == 3 * BATCH_ROWS


def test_an_import_that_kills_every_worker_is_given_up_and_says_so(monkeypatch):
    contact_import = checked(people_csv(30))
    start_import(contact_import.pk, actor=None)

    def dying(*_args, **_kwargs):
        raise Killed

    monkeypatch.setattr(passes, "_commit_batch", dying)
    for _ in range(MAX_CLAIMS):
        with pytest.raises(Killed):
            run.run_import(contact_import.pk)
        let_lease_run_out()
    run.run_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.FAILED
    assert contact_import.file_problem == {"code": "keeps_failing"}


def test_a_service_outside_that_fails_postpones_the_import(monkeypatch):
    contact_import = checked(people_csv(30))
    start_import(contact_import.pk, actor=None)

    def unreachable(*_args, **_kwargs):
        raise Unavailable("no answer", service="s3")

    with monkeypatch.context() as patched:
        patched.setattr(stored_file, "open_file", unreachable)
        for _ in range(MAX_CLAIMS + 2):  # an outage may last
            ContactImport.objects.update(retry_at=None)
            run.run_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.IMPORTING
    assert contact_import.lease_token == ""
    assert contact_import.retry_at is not None
    ContactImport.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    run.run_import(contact_import.pk)
    assert Contact.objects.count() == 30


def test_a_long_file_goes_on_in_another_task(monkeypatch, hints, django_capture_on_commit_callbacks):
    monkeypatch.setattr(passes, "SLICE_S", -1)
    contact_import = checked_in_slices()
    start_import(contact_import.pk, actor=None)
    with django_capture_on_commit_callbacks(execute=True):
        run.run_import(contact_import.pk)
    assert Contact.objects.count() == BATCH_ROWS
    assert [hint.task for hint in hints.kept][-1] == TaskName.RUN_IMPORT
    for _ in range(5):
        run.run_import(contact_import.pk)
    assert Contact.objects.count() == 30


def checked_in_slices():
    contact_import = begin_check(uploaded(people_csv(30)))
    for _ in range(6):
        check.check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.CHECKED
    return contact_import


def test_the_sweep_publishes_what_no_worker_holds(hints, django_capture_on_commit_callbacks):
    contact_import = checked(people_csv(3))
    start_import(contact_import.pk, actor=None)
    hints.kept.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_imports() == 1
    assert [(hint.task, hint.ids) for hint in hints.kept] == [(TaskName.RUN_IMPORT, {"import_id": contact_import.pk})]
    assert claim_import(contact_import.pk, Status.IMPORTING) is not None
    assert sweep_imports() == 0


def test_a_format_is_not_changed_while_the_file_is_checked():
    from campaigns.importing.inspection import Overrule
    from portal.errors import Conflict

    contact_import = begin_check(uploaded(people_csv(3)))
    with pytest.raises(Conflict):
        change_format(contact_import.pk, Overrule(delimiter=";"))
