from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from portal.activity import record_activity
from portal.alerts.models import Alert
from portal.errors import Conflict, InvalidInput, Unavailable
from portal.generation import services
from portal.generation.mark import Mark, mark_from, read_mark, write_mark
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.generation.services import advance, ask_to_go_on, compare, compare_once, is_held, lift
from portal.models import Activity
from portal.queues import TaskName

pytestmark = pytest.mark.django_db


def sweep(times: int = 1) -> None:
    for _each in range(times):
        if compare():
            advance(delivery_id=7, attempt_id=3)


def begin_anew() -> None:
    """As a process that has just started."""
    memory.forget()


def put_back(row: Generation) -> None:
    """The database as it was when `row` was read."""
    Generation.objects.all().delete()
    row.save(force_insert=True)


def cause() -> str:
    return Generation.objects.get().held_cause


def out_of_reach() -> Mark | None:
    raise Unavailable("no route", service="sqs")


def test_a_new_installation_is_not_held_and_marks_itself():
    sweep()
    assert not is_held()
    mark = read_mark()
    assert mark is not None
    assert (mark.counter, mark.delivery_id, mark.attempt_id) == (1, 7, 3)


def test_a_first_mark_that_another_process_makes_meanwhile_is_no_copy(monkeypatch):
    sweep()
    begin_anew()
    marks = [None, read_mark()]
    monkeypatch.setattr(services, "read_mark", lambda: marks.pop(0))
    assert compare()
    assert not is_held()


def test_an_installation_that_goes_on_is_not_held_by_new_processes():
    sweep(3)
    begin_anew()
    assert compare_once()
    assert not is_held()


def test_a_restored_backup_is_held_by_the_first_process_that_starts(hints):
    sweep(2)
    backup = Generation.objects.get()
    sweep(3)
    put_back(backup)
    begin_anew()
    assert compare_once()
    assert is_held()
    assert cause() == "behind"
    assert Generation.objects.get().held_facts["mark_counter"] == 5
    assert Alert.objects.get().code == "installation.restored"
    assert Activity.objects.get().verb == "installation.held"


def test_a_backup_put_back_under_a_running_process_is_noticed_without_a_call(monkeypatch):
    sweep(2)
    backup = Generation.objects.get()
    sweep(3)
    put_back(backup)
    monkeypatch.setattr(services, "read_mark", out_of_reach)
    assert is_held()
    assert cause() == "behind"


def test_a_backup_from_before_the_first_mark_is_held():
    record_activity("campaign.started", actor=None)
    sweep(2)
    Generation.objects.all().delete()
    begin_anew()
    compare()
    assert is_held()
    assert cause() == "foreign"


def test_a_copy_in_a_new_place_is_held(settings, tmp_path):
    sweep(2)
    settings.DATA_DIR = tmp_path
    begin_anew()
    compare()
    assert is_held()
    assert cause() == "no-mark"


def test_a_copy_in_the_place_of_another_installation_is_held():
    sweep(2)
    write_mark(Mark("another", 1, datetime(2026, 11, 1, tzinfo=UTC)))
    begin_anew()
    compare()
    assert is_held()
    assert cause() == "foreign"


def test_a_mark_that_could_not_be_written_holds_nobody(monkeypatch):
    def refuse(_mark: Mark) -> None:
        raise Unavailable("no route", service="sqs")

    monkeypatch.setattr(services, "write_mark", refuse)
    with pytest.raises(Unavailable):
        sweep()
    begin_anew()
    assert compare()


def test_a_process_that_has_never_compared_does_nothing_and_one_that_has_goes_on(monkeypatch):
    sweep()
    monkeypatch.setattr(services, "read_mark", out_of_reach)
    assert compare_once()
    begin_anew()
    assert not compare_once()


def test_a_held_installation_counts_no_further():
    sweep(2)
    backup = Generation.objects.get()
    sweep(2)
    put_back(backup)
    sweep(3)
    assert Generation.objects.get().counter == backup.counter
    mark = read_mark()
    assert mark is not None
    assert mark.counter == 4


def hold() -> None:
    sweep(1)
    backup = Generation.objects.get()
    sweep(4)
    put_back(backup)
    begin_anew()
    compare()


def test_nothing_goes_on_without_a_reason_nor_twice(hints):
    hold()
    owner = User.objects.create_user("owner")
    with pytest.raises(InvalidInput):
        ask_to_go_on(actor=owner, reason="  ")
    ask_to_go_on(actor=owner, reason="The disk was lost.")
    assert is_held()  # until everything is settled
    assert hints.of(TaskName.SETTLE_RESTORED)
    with pytest.raises(Conflict):
        ask_to_go_on(actor=owner, reason="Once more.")
    deed = Activity.objects.get(verb="installation.confirmed")
    assert (deed.actor, deed.details) == (owner, {"reason": "The disk was lost."})


def test_the_end_of_the_hold_is_ahead_of_everything_known():
    hold()
    ask_to_go_on(actor=User.objects.create_user("owner"), reason="The disk was lost.")
    lift(delivery_id=9, attempt_id=4)
    mark = read_mark()
    assert mark is not None
    assert Generation.objects.get().counter == mark.counter > 1000
    assert not is_held()
    begin_anew()
    assert compare()
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_killed_between_mark_and_database_it_is_held_still(monkeypatch):
    hold()
    ask_to_go_on(actor=User.objects.create_user("owner"), reason="The disk was lost.")

    def killed(*_args: object, **_fields: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "clear_alert", killed)
    with pytest.raises(KeyboardInterrupt):
        lift(delivery_id=9, attempt_id=4)
    begin_anew()
    compare()
    assert is_held()


def test_nobody_lifts_what_no_owner_has_confirmed():
    hold()
    lift(delivery_id=9, attempt_id=4)
    assert is_held()


@pytest.mark.parametrize("text", ["", "nonsense", "key=a counter=x at=2026-01-01T00:00:00Z", "key=a counter=1 at=now"])
def test_what_is_no_mark_of_ours_is_none(text):
    assert mark_from(text) is None


def test_a_mark_fits_a_tag_and_comes_back_as_it_was():
    mark = Mark("f" * 32, 10**15, datetime(2026, 11, 22, 18, 5, tzinfo=UTC), 10**18, 10**18)
    assert mark_from(mark.as_text()) == mark
    assert len(mark.as_text()) <= 256
    assert set(mark.as_text()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +-=._:/@")
