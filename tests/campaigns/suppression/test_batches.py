from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.privacy.forgotten import keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from campaigns.suppression import batches
from campaigns.suppression.batches import add_batch, check_file, check_pasted, discard_batch, sweep_batches, undo_batch
from campaigns.suppression.models import EndedSuppression, Suppression, SuppressionBatch, SuppressionLine
from campaigns.suppression.services import suppress
from campaigns.suppression.ses_models import SesListChange
from portal.errors import Conflict, InvalidInput
from portal.models import Activity

pytestmark = pytest.mark.django_db

Reason, Source = Suppression.Reason, Suppression.Source


def pasted(text: str, *, actor=None, reason: str = Reason.IMPORT) -> SuppressionBatch:
    return check_pasted(text, reason=reason, note="From the old system.", actor=actor)


def test_looking_adds_nothing():
    batch = pasted("anna@club.example\nben@club.example")
    assert (batch.new_count, batch.lines.count()) == (2, 2)
    assert not Suppression.objects.exists()


def test_known_repeated_and_bad_lines_are_counted_apart():
    suppress("anna@club.example", reason=Reason.BOUNCE, source=Source.SES_EVENT)
    keep_forgotten("cleo@club.example", ForgottenAddress.Reason.REQUEST)
    batch = pasted("Anna@club.example\ncleo@club.example\nben@club.example\nBEN@club.example\nnonsense")
    counts = (batch.line_count, batch.new_count, batch.known_count, batch.repeated_count, batch.problem_count)
    assert counts == (5, 1, 2, 1, 1)
    assert batch.problems == [[5, "nonsense", "no_at"]]


def test_added_addresses_know_who_brought_them_and_why(admin_user):
    batch = check_file(
        b"email,reason\nAnna@Club.example,bounce\nben@club.example,\n",
        name="old.csv", reason=Reason.MANUAL, note="From the old system.", actor=admin_user,
    )  # fmt: skip
    add_batch(batch.pk, actor=admin_user)
    anna, ben = Suppression.objects.order_by("address_key")
    assert (anna.address, anna.address_key, anna.reason) == ("Anna@club.example", "anna@club.example", Reason.BOUNCE)
    assert (ben.reason, ben.source, ben.note, ben.created_by) == (
        Reason.MANUAL, Source.IMPORT, "From the old system.", admin_user,
    )  # fmt: skip
    assert not SuppressionLine.objects.exists()
    assert Activity.objects.get(verb="suppression.batch_added").details["addresses"] == 2


def test_who_was_suppressed_meanwhile_keeps_their_own_reason():
    batch = pasted("anna@club.example\nben@club.example")
    suppress("anna@club.example", reason=Reason.COMPLAINT, source=Source.SES_EVENT)
    assert add_batch(batch.pk, actor=None).new_count == 1
    assert Suppression.objects.get(address_key="anna@club.example").reason == Reason.COMPLAINT


def test_second_press_of_add_is_refused():
    batch = pasted("anna@club.example")
    add_batch(batch.pk, actor=None)
    with pytest.raises(Conflict, match="is added"):
        add_batch(batch.pk, actor=None)


def test_undo_lets_go_exactly_those_it_stopped_and_keeps_why(admin_user):
    suppress("anna@club.example", reason=Reason.UNSUBSCRIBE, source=Source.RECIPIENT)
    batch = pasted("anna@club.example\nben@club.example\ncleo@club.example", reason=Reason.BOUNCE)
    add_batch(batch.pk, actor=None)
    with pytest.raises(InvalidInput):
        undo_batch(batch.pk, reason_text=" ", actor=admin_user)
    assert undo_batch(batch.pk, reason_text="Wrong file.", actor=admin_user) == 2
    assert [row.address_key for row in Suppression.objects.all()] == ["anna@club.example"]
    assert {ended.why for ended in EndedSuppression.objects.all()} == {"Wrong file."}
    assert set(SesListChange.objects.values_list("address_key", "deed")) == {
        ("ben@club.example", "delete"), ("cleo@club.example", "delete"),
    }  # fmt: skip
    with pytest.raises(Conflict):
        undo_batch(batch.pk, reason_text="Again.", actor=admin_user)


def test_thrown_away_batch_adds_nothing_and_keeps_no_addresses():
    batch = pasted("anna@club.example\nnonsense")
    discard_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.problems, SuppressionLine.objects.count()) == ("discarded", [], 0)
    with pytest.raises(Conflict):
        add_batch(batch.pk, actor=None)


def test_sweep_throws_away_what_nobody_decided_on():
    old, new = pasted("anna@club.example"), pasted("ben@club.example")
    SuppressionBatch.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert sweep_batches() == 1
    assert SuppressionLine.objects.get().batch == new


@pytest.mark.parametrize("text", ["", "   \n \n"])
def test_nothing_to_add_is_said(text):
    with pytest.raises(InvalidInput, match="no address"):
        pasted(text)


def test_too_much_at_once_is_refused(monkeypatch):
    monkeypatch.setattr(batches, "MAX_LINES", 2)
    with pytest.raises(InvalidInput, match="More than 2 addresses"):
        pasted("a@b.example c@d.example e@f.example")
    monkeypatch.setattr(batches, "MAX_BYTES", 10)
    with pytest.raises(InvalidInput, match="larger than 4 MB"):
        check_file(b"email\nanna@club.example\n", name="x.csv", reason="import", note="", actor=None)


def test_file_that_is_no_table_is_refused_in_words():
    with pytest.raises(InvalidInput, match="Excel workbook"):
        check_file(b"PK\x03\x04rest", name="x.xlsx", reason="import", note="", actor=None)
    with pytest.raises(InvalidInput, match="No column of this file"):
        check_file(b"name,town\nAnna,Ulm\n", name="x.csv", reason="import", note="", actor=None)


def test_ten_thousand_addresses_are_looked_at_in_a_handful_of_statements(django_assert_max_num_queries):
    text = "\n".join(f"person{number}@club.example" for number in range(10_000))
    with django_assert_max_num_queries(120):
        batch = pasted(text)
    with django_assert_max_num_queries(120):
        add_batch(batch.pk, actor=None)
    assert Suppression.objects.count() == 10_000
