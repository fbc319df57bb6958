from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Now

from campaigns.sending.models import Campaign
from portal import leases

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> QuerySet[Campaign]:
    """One row of work, as the workers see it."""
    return Campaign.objects.filter(pk=Campaign.objects.create(name="work").pk)


def claimed(row: QuerySet[Campaign], *, lease_s: float = 60) -> str:
    token = leases.claim(row, lease_s=lease_s)
    assert token
    return token


def run_out(row: QuerySet[Campaign]) -> None:
    row.update(lease_until=Now() - timedelta(seconds=1))


def test_of_two_workers_one_gets_the_row(row):
    claimed(row)
    assert leases.claim(row, lease_s=60) is None


def test_a_lease_that_ran_out_is_free_again(row):
    first = claimed(row)
    run_out(row)
    assert claimed(row) != first


def test_who_lost_the_lease_can_neither_renew_nor_give_back(row):
    first = claimed(row)
    run_out(row)
    second = claimed(row)
    assert not leases.renew(row, first, lease_s=60)
    assert not leases.release(row, first)
    assert leases.renew(row, second, lease_s=60)


def test_a_renewed_lease_lasts_longer(row):
    token = claimed(row, lease_s=1)
    before = row.get().lease_until
    leases.renew(row, token, lease_s=600)
    after = row.get().lease_until
    assert before
    assert after
    assert after - before > timedelta(seconds=500)


def test_a_row_given_back_is_due_at_once(row):
    leases.release(row, claimed(row))
    assert leases.claim(row, lease_s=60)


def test_a_row_given_back_for_later_is_due_only_then(row):
    leases.release(row, claimed(row), retry_in_s=60)
    assert leases.claim(row, lease_s=60) is None
    row.update(retry_at=Now() - timedelta(seconds=1))
    assert leases.claim(row, lease_s=60)


def test_claiming_clears_the_time_to_retry(row):
    leases.release(row, claimed(row), retry_in_s=-1)
    claimed(row)
    assert row.get().retry_at is None


def test_a_row_that_is_not_wanted_is_not_claimed(row):
    assert leases.claim(row.filter(status="completed"), lease_s=60) is None
