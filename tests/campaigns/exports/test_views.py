from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.exports import services
from campaigns.exports.models import Export
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.factories.audience import a_club
from tests.factories.exports import rows_in

pytestmark = pytest.mark.django_db

NEW = reverse("admin:campaigns_export_new")


def url(export, name):
    return reverse(f"admin:campaigns_export_{name}", args=[export.pk])


@pytest.fixture
def ready(monkeypatch, log_in, hints):
    """An export that a Marketer asked for, and that a worker has written."""
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 2)
    a_club()
    client = log_in(MARKETER)
    answer = client.post(NEW, {"source": "contacts", "query": "", "columns": "all"})
    export = Export.objects.get()
    assert answer.url == url(export, "one")
    assert client.get(url(export, "progress"), {"status": "writing"}).json()["final"] is False
    hints.run_all()
    export.refresh_from_db()
    return client, export


def test_whoever_asked_fetches_the_file_and_that_is_on_record(ready):
    client, export = ready
    assert "Download" in client.get(url(export, "one")).content.decode()
    answer = client.post(url(export, "download"))
    assert len(rows_in(answer.getvalue())) == 6
    assert answer["Content-Disposition"] == f'attachment; filename="{export.file_name}"'
    assert Activity.objects.get(verb="export.downloaded").actor_name == "a-marketer"
    assert client.get(url(export, "progress"), {"status": "writing"}).json()["reload"] is True


@pytest.mark.parametrize(("role", "status"), [(OWNER, 200), (OPERATOR, 403), (VIEWER, 403)])
def test_of_others_only_owners_fetch_it(ready, log_in, role, status):
    _client, export = ready
    client = log_in(role)
    assert client.get(url(export, "one")).status_code == 200
    answer = client.post(url(export, "download"))
    assert answer.status_code == status
    if answer.streaming:
        answer.getvalue()


def test_a_file_in_a_bucket_is_fetched_there(ready, monkeypatch):
    client, export = ready
    monkeypatch.setattr("campaigns.exports.views.download_url", lambda key, file_name: f"https://bucket.example/{key}")
    assert client.post(url(export, "download")).url == f"https://bucket.example/{export.file_key}"


def test_a_file_that_has_gone_says_so(ready):
    client, export = ready
    Export.objects.update(status=Export.Status.EXPIRED)
    assert "removed" in client.post(url(export, "download"), follow=True).content.decode()


def test_the_activity_log_leaves_only_with_those_who_may_see_it(log_in):
    assert log_in(MARKETER).get(NEW, {"source": "activity"}).status_code == 403
    page = log_in(OWNER).post(NEW, {"source": "activity", "query": "who=me", "columns": "standard"})
    assert page["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("query", ["colour=red", "list=x", "%00"])
def test_a_strange_filter_is_told_in_plain_words(log_in, query):
    page = log_in(MARKETER).get(NEW, {"source": "contacts", "query": query}, follow=True)
    assert "is no filter of contacts" in page.content.decode()
