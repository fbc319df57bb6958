from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.links.models import LinkVisit
from campaigns.links.services import MAX_LINKS, ask_to_visit, known_visits, visit_waiting
from portal.public_web import Outcome, Visit
from portal.queues import TaskName

pytestmark = pytest.mark.django_db

URLS = ["https://a.example/", "https://b.example/"]


def opens(url):
    return Visit(Outcome.GONE, 404) if "b." in url else Visit(Outcome.OPENS, 200)


def test_a_page_asks_and_a_worker_visits(hints):
    assert [row.outcome for row in ask_to_visit(URLS)] == ["", ""]
    assert len(hints.of(TaskName.VISIT_LINKS)) == 1
    assert visit_waiting(opens) == 2
    assert [(row.outcome, row.http_status) for row in known_visits(URLS)] == [("opens", 200), ("gone", 404)]


def test_what_was_opened_lately_is_not_opened_again(hints):
    ask_to_visit(URLS)
    visit_waiting(opens)
    hints.kept.clear()
    assert [row.outcome for row in ask_to_visit(URLS)] == ["opens", "gone"]
    assert hints.kept == []
    assert visit_waiting(opens) == 0


def test_after_some_minutes_it_is_asked_again():
    ask_to_visit(URLS)
    visit_waiting(opens)
    LinkVisit.objects.update(visited_at=timezone.now() - timedelta(minutes=11))
    assert [row.outcome for row in ask_to_visit(URLS)] == ["", ""]


def test_two_workers_open_each_address_once():
    ask_to_visit(URLS)
    LinkVisit.objects.filter(url=URLS[0]).update(claimed_at=timezone.now())
    assert visit_waiting(opens) == 1
    assert visit_waiting(opens) == 0


def test_what_a_lost_worker_claimed_is_taken_up_again():
    ask_to_visit(URLS)
    LinkVisit.objects.update(claimed_at=timezone.now() - timedelta(minutes=5))
    assert visit_waiting(opens) == 2


def test_the_number_of_links_is_bounded_and_old_ones_go():
    LinkVisit.objects.create(url_key="old", url="https://o.example", asked_at=timezone.now() - timedelta(days=2))
    assert len(ask_to_visit([f"https://a.example/{number}" for number in range(MAX_LINKS + 5)])) == MAX_LINKS
    assert not LinkVisit.objects.filter(url_key="old").exists()
