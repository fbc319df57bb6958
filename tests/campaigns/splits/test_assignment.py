from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from campaigns.audience.models import Contact
from campaigns.splits.assignment import BUCKETS, bucket_of, part_of, parts_of
from campaigns.splits.parting import people_of_part, with_bucket
from tests.factories.sending import make_contact


@given(st.integers(2, 80), st.integers(2, 4))
def test_parts_are_all_buckets_once_and_the_versions_are_equal(share, versions):
    parts = parts_of(share, versions)
    assert [part.number for part in parts] == [*range(1, versions + 1), 0]
    assert parts[0].low == 0
    assert parts[-1].high == BUCKETS
    assert all(left.high == right.low for left, right in pairwise(parts))
    sizes = [part.high - part.low for part in parts[:-1]]
    assert max(sizes) - min(sizes) <= 1
    assert abs(sum(sizes) - BUCKETS * share / 100) < 1


def test_shares_come_out_for_the_contacts_of_an_import():
    parts = parts_of(20, 2)
    found = Counter(part_of(bucket_of(7, contact_id), parts) for contact_id in range(1, 100_001))
    assert abs(found[1] - 10_000) < 400  # four standard deviations
    assert abs(found[2] - 10_000) < 400


def test_every_second_contact_is_shared_out_as_well():
    parts = parts_of(20, 2)
    found = Counter(part_of(bucket_of(7, contact_id), parts) for contact_id in range(1, 200_001, 2))
    assert abs(found[1] - 10_000) < 400


def test_another_campaign_tests_on_other_people():
    parts = parts_of(50, 2)
    both = sum(1 for pk in range(1, 10_001) if part_of(bucket_of(1, pk), parts) and part_of(bucket_of(2, pk), parts))
    assert 2_300 < both < 2_700


def test_the_same_person_gets_the_same_bucket_in_every_process():
    told = subprocess.run(
        [sys.executable, "-c", "from campaigns.splits.assignment import bucket_of; print(bucket_of(12, 345))"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert int(told.stdout) == bucket_of(12, 345)


@pytest.mark.django_db
def test_sql_shares_out_as_python_does():
    people = [make_contact(f"p{number}@club.example") for number in range(60)]
    far = make_contact("far@club.example", pk=2**53 + 11)
    found = dict(with_bucket(Contact.objects.all(), 9).values_list("pk", "bucket"))
    assert found == {person.pk: bucket_of(9, person.pk) for person in [*people, far]}


@pytest.mark.django_db
def test_each_person_is_in_exactly_one_part():
    for number in range(40):
        make_contact(f"p{number}@club.example")
    everybody = Contact.objects.all()
    parts = [set(people_of_part(everybody, 3, part).values_list("pk", flat=True)) for part in parts_of(50, 3)]
    assert sum(map(len, parts)) == 40
    assert len(set.union(*parts)) == 40
