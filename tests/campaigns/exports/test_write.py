from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.exports import services, write
from campaigns.exports.models import Export
from campaigns.exports.services import export_rows, stop_export, sweep_exports
from portal.errors import Conflict, InvalidInput, Unavailable
from portal.files import FileMissing, open_file, save_file, stat_file
from portal.holds import Hold, HoldLost, take_hold
from portal.models import Activity
from portal.queues import TaskName
from tests.factories.audience import make_list, make_suppression, make_tag
from tests.factories.bulk import make_people
from tests.factories.exports import Source, content_of, large_export, rows_in, small_export
from tests.factories.sending import make_contact, make_finished_campaign

pytestmark = pytest.mark.django_db

Status = Export.Status


@pytest.fixture
def _small_parts(monkeypatch):
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(write, "ROWS_PER_READ", 3)
    monkeypatch.setattr(write, "PART_BYTES", 1)


class Killed(BaseException):
    """The worker is gone, in the middle of it."""


def addresses(content):
    return [row[0] for row in rows_in(content)[1:]]


def test_a_short_list_is_answered_at_once_and_on_record():
    make_people(3)
    assert addresses(small_export()) == [f"p{number}@host.example" for number in range(3)]
    deed = Activity.objects.get(verb="contacts.exported")
    assert deed.details == {"filter": "", "columns": "standard", "rows": 3}
    assert not Export.objects.exists()


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("query", ["", "q=p", "list={list}", "tag={tag}", "mail=yes", "list={list}&tag={tag}"])
def test_a_long_list_is_written_by_a_worker(hints, query):
    people = make_people(8)
    groups = {"list": make_list("Members", *people).pk, "tag": make_tag("choir", *people).pk}
    export = large_export(query=query.format(**groups))
    hints.run_all()
    export.refresh_from_db()
    assert (export.status, export.row_count, export.part_count) == (Status.READY, 8, 3)
    assert addresses(content_of(export)) == [person.address for person in people]
    assert export.size_bytes == len(content_of(export))
    for number in range(1, 5):
        with pytest.raises(FileMissing):
            stat_file(f"exports/{export.pk}/parts/{number:05}")


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("after", ["save_file", "keep"])
@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_killed_worker_is_followed_by_one_that_writes_the_same_file(monkeypatch, hints, after, times):
    people = make_people(8)
    export = large_export()
    calls = []

    def dying(whole):
        def done(*args, **kwargs):
            result = whole(*args, **kwargs)
            calls.append(after)
            if len(calls) == times:
                raise Killed
            return result

        return done

    place = write if after == "save_file" else Hold
    monkeypatch.setattr(place, after, dying(getattr(place, after)))
    with pytest.raises(Killed):
        hints.run_all()
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep_exports()
    hints.run_all()
    export.refresh_from_db()
    assert (export.status, export.row_count) == (Status.READY, 8)
    assert addresses(content_of(export)) == [person.address for person in people]


@pytest.mark.usefixtures("_small_parts")
def test_a_storage_that_does_not_answer_is_asked_again_later(monkeypatch, hints):
    make_people(8)
    export = large_export()

    def silent(*_args):
        raise Unavailable("no answer", service="s3")

    with monkeypatch.context() as patch:
        patch.setattr(write, "save_file", silent)
        hints.run_all()
    export.refresh_from_db()
    assert (export.status, export.retry_at is not None) == (Status.WRITING, True)
    Export.objects.update(retry_at=None)
    sweep_exports()
    hints.run_all()
    export.refresh_from_db()
    assert export.status == Status.READY


@pytest.mark.usefixtures("_small_parts")
def test_a_stopped_export_is_written_no_further_and_its_parts_go(hints):
    make_people(8)
    export = large_export()
    hold = take_hold(Export.objects.filter(pk=export.pk), statuses=[Status.WRITING])
    hold.row.field_names = []
    write._store_part(hold)
    stop_export(export.pk, actor=None)
    with pytest.raises(HoldLost):
        write._store_part(hold)
    hints.run_all()
    sweep_exports()
    assert not Export.objects.exclude(status=Status.CANCELLED).exists()
    for number in (1, 2):
        with pytest.raises(FileMissing):
            open_file(f"exports/{export.pk}/parts/{number:05}")
    with pytest.raises(Conflict):
        stop_export(export.pk, actor=None)


@pytest.mark.usefixtures("_small_parts")
def test_an_export_that_is_stopped_while_its_first_part_is_stored_leaves_no_part(monkeypatch):
    make_people(8)
    export = large_export()

    def stop_then_save(key, blocks):
        stop_export(export.pk, actor=None)
        return save_file(key, blocks)

    monkeypatch.setattr(write, "save_file", stop_then_save)
    write.write_export(export.pk)
    with pytest.raises(FileMissing):
        open_file(f"exports/{export.pk}/parts/00001")


@pytest.mark.usefixtures("_small_parts")
def test_a_file_goes_when_its_time_is_over_and_the_record_stays(hints):
    make_people(8)
    export = large_export()
    hints.run_all()
    sweep_exports()
    export.refresh_from_db()
    assert export.is_there
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep_exports()
    with pytest.raises(FileMissing):
        stat_file(export.file_key)
    export.refresh_from_db()
    assert (export.status, export.file_key, export.row_count) == (Status.EXPIRED, "", 8)


@pytest.mark.usefixtures("_small_parts")
def test_an_export_that_kills_every_worker_is_given_up(hints):
    make_people(8)
    export = large_export()
    Export.objects.update(claim_count=9)
    hints.run_all()
    export.refresh_from_db()
    assert (export.status, bool(export.problem)) == (Status.FAILED, True)


def test_many_bytes_are_left_to_a_worker_however_few_rows_they_are(monkeypatch, hints):
    monkeypatch.setattr(services, "BYTES_AT_ONCE", 10)
    monkeypatch.setattr(write, "ROWS_PER_READ", 1)
    make_people(3)
    export = large_export()
    assert hints.of(TaskName.WRITE_EXPORT)
    hints.run_all()
    export.refresh_from_db()
    assert export.row_count == 3


@pytest.mark.parametrize(
    ("source", "query", "expected"),
    [
        (Source.SUPPRESSIONS, "", ["a@host.example", "b@host.example"]),
        (Source.SUPPRESSIONS, "reason__exact=bounce&q=A", ["a@host.example"]),
        (Source.CAMPAIGNS, "", ["Sent letter"]),
        (Source.CAMPAIGNS, "status=draft", []),
        (Source.CAMPAIGN_PEOPLE, "campaign={campaign}", ["reader-{campaign}-0@club.example", "reader-{campaign}-1@club.example"]),
        (Source.CAMPAIGN_PEOPLE, "campaign={campaign}&state=bounced", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("columns", ["standard", "all"])
def test_every_list_is_exported_the_same_way(source, query, expected, columns):
    make_suppression("a@host.example", reason="bounce")
    make_suppression("b@host.example", reason="complaint", note="=1")
    campaign = make_finished_campaign(people=2)
    content = small_export(source, query.format(campaign=campaign.pk), columns=columns)
    assert addresses(content) == [each.format(campaign=campaign.pk) for each in expected]
    assert len({len(row) for row in rows_in(content)}) == 1
    assert Activity.objects.filter(verb=f"{source}.exported").exists()


def test_the_log_of_deeds_is_exported_and_says_so_itself():
    make_contact("a@host.example")
    small_export()
    [row] = rows_in(small_export(Source.ACTIVITY, "subject=contacts"))[1:]
    assert row[1:3] == ["Postroom", "contacts.exported"]
    assert Activity.objects.filter(verb="activity.exported").exists()


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (Source.CONTACTS, "list=x"), (Source.CONTACTS, "colour=red"), (Source.CAMPAIGN_PEOPLE, "campaign=99"),
        (Source.CAMPAIGN_PEOPLE, ""), (Source.CAMPAIGNS, "status=lost"), (Source.SUPPRESSIONS, "reason__exact=x"),
        (Source.ACTIVITY, "who=nobody"), ("secrets", ""),
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_gives_no_file(source, query):
    Contact.objects.create(address="a@host.example")
    with pytest.raises(InvalidInput):
        export_rows(source, query, columns="standard", actor=None)
