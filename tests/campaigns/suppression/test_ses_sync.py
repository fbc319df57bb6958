from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.privacy.forgotten import keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.sending.models import SendingAccount
from campaigns.suppression import ses_sync
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress
from campaigns.suppression.ses_models import SesListChange, SesListEntry, SesListSync
from portal import leases
from portal.errors import Throttled, Unavailable
from tests.factories.sending import make_account
from tests.factories.ses_list import FakeSesList, refused, ses_list

__all__ = ["ses_list"]
pytestmark = pytest.mark.django_db

Reason, Source = Suppression.Reason, Suppression.Source
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def sync(fake: FakeSesList, *, times: int = 1) -> SesListSync:
    """Each further time five minutes later, when the list is read again."""
    for _time in range(times):
        SesListSync.objects.filter(finished_at__isnull=False).update(finished_at=LONG_AGO)
        assert ses_sync.sync_with_ses(sleep=fake.slept.append)
    return SesListSync.objects.get()


def suppressed(address: str, reason: str = Reason.BOUNCE, source: str = Source.OPERATOR) -> Suppression:
    return suppress(address, reason=Reason(reason), source=Source(source))


def let_go(address: str) -> None:
    release(Suppression.objects.get(address_key=address).pk, reason_text="Asked for it.", actor=None)


def test_bounces_and_complaints_of_ours_are_put_on_the_list(ses_list):
    suppressed("anna@club.example")
    suppressed("ben@club.example", Reason.COMPLAINT, Source.IMPORT)
    sync(ses_list)
    assert ses_list.changes() == ["put anna@club.example BOUNCE", "put ben@club.example COMPLAINT"]
    assert not SesListChange.objects.filter(done_at=None).exists()
    sync(ses_list)
    assert len(ses_list.changes()) == 2


@pytest.mark.parametrize("reason", [Reason.UNSUBSCRIBE, Reason.MANUAL, Reason.IMPORT])
def test_what_ses_has_no_reason_for_stays_with_us(ses_list, reason):
    suppressed("anna@club.example", reason)
    sync(ses_list)
    assert ses_list.changes() == []


def test_what_ses_told_us_is_not_told_back_where_it_lists_by_itself(ses_list):
    ses_list.reasons = ["BOUNCE"]
    suppressed("anna@club.example", Reason.BOUNCE, Source.SES_EVENT)
    suppressed("ben@club.example", Reason.COMPLAINT, Source.SES_EVENT)
    sync(ses_list)
    assert ses_list.changes() == ["put ben@club.example COMPLAINT"]


def test_what_ses_lists_is_suppressed_here_since_then(ses_list):
    ses_list.add("Anna@Club.example", since=LONG_AGO)
    ses_list.add("ben@club.example", "COMPLAINT")
    sync(ses_list)
    anna, ben = Suppression.objects.order_by("address_key")
    assert (anna.address_key, anna.reason, anna.source, anna.created_at) == (
        "anna@club.example", Reason.BOUNCE, Source.SES_LIST, LONG_AGO,
    )  # fmt: skip
    assert ben.reason == Reason.COMPLAINT
    assert ses_list.changes() == []


def test_known_addresses_keep_their_reason(ses_list):
    suppressed("anna@club.example", Reason.UNSUBSCRIBE)
    ses_list.add("anna@club.example")
    sync(ses_list)
    assert Suppression.objects.get().reason == Reason.UNSUBSCRIBE


def test_release_takes_the_address_off_in_ses_and_the_next_reading_does_not_bring_it_back(ses_list):
    ses_list.add("anna@club.example")
    sync(ses_list)
    let_go("anna@club.example")
    sync(ses_list, times=3)
    assert ses_list.changes() == ["delete anna@club.example"]
    assert not Suppression.objects.exists()
    assert not SesListEntry.objects.exists()


def test_release_is_not_undone_while_ses_does_not_answer(ses_list):
    ses_list.add("anna@club.example")
    sync(ses_list)
    let_go("anna@club.example")
    ses_list.errors = [None, refused()]  # the account answers, taking off does not
    sync(ses_list, times=2)
    assert "anna@club.example" in ses_list.listed
    assert not Suppression.objects.exists()


def test_what_ses_lists_after_the_release_is_suppressed_again(ses_list):
    ses_list.add("anna@club.example", since=LONG_AGO)
    sync(ses_list)
    let_go("anna@club.example")
    sync(ses_list)
    ses_list.add("anna@club.example", since=timezone.now() + timedelta(seconds=1))
    sync(ses_list)
    assert Suppression.objects.get().source == Source.SES_LIST


def test_listed_before_a_release_that_knew_nothing_of_it_is_taken_off_there(ses_list):
    suppressed("anna@club.example", Reason.MANUAL)
    let_go("anna@club.example")
    ses_list.add("anna@club.example", since=LONG_AGO)
    sync(ses_list, times=2)
    assert ses_list.changes() == ["delete anna@club.example"]
    assert not Suppression.objects.exists()


def test_suppressed_again_before_it_was_taken_off_stays_on_the_list(ses_list):
    suppressed("anna@club.example")
    sync(ses_list)
    let_go("anna@club.example")
    suppressed("anna@club.example")
    sync(ses_list)
    assert "anna@club.example" in ses_list.listed
    assert ses_list.changes()[-1].startswith("put")


def test_removed_in_ses_by_hand_stays_suppressed_and_is_shown(ses_list):
    ses_list.add("anna@club.example")
    sync(ses_list)
    ses_list.listed.clear()
    sync(ses_list)
    assert SesListEntry.objects.get().gone_at is None  # only a whole reading can tell
    SesListSync.objects.update(whole_pass_at=LONG_AGO)
    sync(ses_list)
    assert SesListEntry.objects.get().gone_at is not None
    assert Suppression.objects.count() == 1


def test_long_list_is_read_over_several_runs(ses_list):
    ses_list.page_size = 2
    for number in range(70):
        ses_list.add(f"p{number}@club.example")
    sync(ses_list)
    assert 0 < Suppression.objects.count() < 70
    assert len(ses_list.calls) == ses_sync.CALLS_PER_RUN
    sync(ses_list)
    assert Suppression.objects.count() == 70
    assert SesListSync.objects.get().whole_pass_at is not None


def test_later_readings_ask_only_for_what_changed(ses_list):
    ses_list.add("anna@club.example", since=LONG_AGO)
    state = sync(ses_list)
    ses_list.calls.clear()
    Suppression.objects.all().delete()
    sync(ses_list)
    assert ses_list.calls == ["account", "list"]
    assert not Suppression.objects.exists()
    assert SesListSync.objects.get().pass_number == state.pass_number + 1


def test_one_call_a_second(ses_list):
    for number in range(40):
        suppressed(f"p{number}@club.example")
    sync(ses_list)
    assert len(ses_list.calls) == ses_sync.CALLS_PER_RUN
    assert ses_list.slept == [1.0] * (ses_sync.CALLS_PER_RUN - 1)


def test_one_refused_address_does_not_hold_up_the_others(ses_list):
    for name in ("anna", "ben"):
        suppressed(f"{name}@club.example")
    ses_list.errors = [None, refused("Address is odd.")]
    state = sync(ses_list)
    assert list(ses_list.listed) == ["ben@club.example"]
    kept = SesListChange.objects.get(done_at=None)
    assert (kept.error, kept.try_count, kept.retry_at > timezone.now()) == ("Address is odd.", 1, True)
    assert state.problem == ""


@pytest.mark.parametrize("error", [Throttled, Unavailable])
def test_trouble_with_ses_is_kept_and_tried_again_later(ses_list, error):
    suppressed("anna@club.example")
    ses_list.errors = [None, error("Slow down.", service="ses")]
    assert sync(ses_list).problem == "Slow down."
    sync(ses_list)
    assert ses_list.changes() == ["put anna@club.example BOUNCE"]
    SesListChange.objects.update(retry_at=LONG_AGO)
    assert sync(ses_list).problem == ""
    assert "anna@club.example" in ses_list.listed


def test_account_in_the_sandbox_of_ses_is_asked_to_take_off_but_not_to_put(ses_list):
    make_account()
    SendingAccount.objects.update(has_production_access=False, refreshed_at=timezone.now())
    suppressed("anna@club.example")
    sync(ses_list)
    assert ses_list.changes() == []
    SendingAccount.objects.update(has_production_access=True)
    sync(ses_list)
    assert ses_list.changes() == ["put anna@club.example BOUNCE"]


def test_page_that_ses_no_longer_knows_begins_the_reading_anew(ses_list):
    ses_list.page_size = 1
    for name in ("anna", "ben", "cleo"):
        ses_list.add(f"{name}@club.example")
    ses_list.errors = [None, None, refused("Token expired.")]
    assert sync(ses_list).pass_began_at is None
    sync(ses_list)
    assert Suppression.objects.count() == 3


def test_only_one_worker_syncs(ses_list):
    sync(ses_list)
    token = leases.claim(SesListSync.objects.all(), lease_s=60)
    assert not ses_sync.sync_with_ses(sleep=ses_list.slept.append)
    leases.release(SesListSync.objects.all(), token)
    assert ses_sync.sync_with_ses(sleep=ses_list.slept.append)


def test_no_call_is_made_inside_a_transaction(ses_list, monkeypatch):
    depth = len(connection.savepoint_ids)
    seen = set()
    for name in ("read_list", "put_on_list", "suppressed_reasons"):
        plain = getattr(ses_list, name)

        def watched(*args, plain=plain, **more):
            seen.add(len(connection.savepoint_ids))
            return plain(*args, **more)

        monkeypatch.setattr(f"portal.aws.ses_list.{name}", watched)
    suppressed("anna@club.example")
    sync(ses_list)
    assert seen == {depth}


def test_sync_that_is_switched_off_asks_nothing(ses_list, settings):
    settings.SES_SUPPRESSION_SYNC = False
    assert not ses_sync.sync_with_ses()
    assert ses_list.calls == []


def test_address_of_somebody_forgotten_does_not_come_back_from_ses(ses_list):
    keep_forgotten("anna@club.example", ForgottenAddress.Reason.REQUEST)
    ses_list.add("anna@club.example")
    sync(ses_list)
    assert not Suppression.objects.exists()
    assert not SesListEntry.objects.exists()
