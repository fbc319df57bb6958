from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from portal import paging
from portal.activity import record_activity
from portal.models import Activity
from portal.paging import BoundedPaginator, estimate_rows

pytestmark = pytest.mark.django_db


def deeds(number: int) -> None:
    Activity.objects.bulk_create([Activity(actor_name="ann", verb="person.added") for _each in range(number)])


def test_short_lists_are_counted_exactly():
    deeds(7)
    pages = BoundedPaginator(Activity.objects.order_by("-id"), 5)
    assert (pages.count, pages.num_pages, pages.is_cut, pages.count_label) == (7, 2, False, "7")


def test_counting_stops_at_the_limit_and_says_so(monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 10)
    deeds(12)
    pages = BoundedPaginator(Activity.objects.filter(actor_name="ann").order_by("-id"), 5)
    assert (pages.count, pages.num_pages, pages.is_cut, pages.count_label) == (10, 2, True, "more than 10")


def test_pages_beyond_the_limit_do_not_exist(client, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 100)
    deeds(120)
    client.force_login(User.objects.create_superuser("ann"), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("admin:portal_activity_changelist")
    assert "Search or filter to reach the rest." in client.get(address, {"p": "2"}).content.decode()
    assert client.get(address, {"p": "3"}).status_code == 302  # Django's answer to a page that is not there


def test_a_list_never_reads_more_than_the_limit(client, django_assert_max_num_queries):
    deeds(60)
    client.force_login(User.objects.create_superuser("ann"), backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(12) as queries:
        client.get(reverse("admin:portal_activity_changelist"))
    counts = [
        query["sql"] for query in queries.captured_queries if "COUNT(*)" in query["sql"] and "activity" in query["sql"]
    ]
    assert len(counts) == 1
    assert "LIMIT 10001" in counts[0]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL keeps such statistics.")
def test_postgresql_estimates_the_rows_of_a_whole_table():
    deeds(50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE portal_activity")
    assert estimate_rows(Activity) == 50


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has statistics.")
def test_other_databases_have_no_estimate():
    record_activity("person.added", actor=None)
    assert estimate_rows(Activity) == 0
