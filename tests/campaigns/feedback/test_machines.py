from __future__ import annotations

import pytest

from campaigns.feedback.machines import APPLE_PROXY, AT_ONCE, IMAGE_PROXY, MANY_LINKS, SCANNER, sign_of_agent
from campaigns.sending.events import apply_events
from campaigns.sending.models import Chunk, DeliveryEvent
from campaigns.sending.states import DeliveryState
from tests.factories.feedback import ses_event
from tests.factories.sending import make_campaign, plan_people

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.mark.parametrize(
    ("event_type", "agent", "sign"),
    [
        ("open", "Mozilla/5.0", APPLE_PROXY),
        ("click", "Mozilla/5.0", ""),
        ("open", "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)", IMAGE_PROXY),
        ("open", "YahooMailProxy; https://help.yahoo.com/", IMAGE_PROXY),
        ("click", "python-requests/2.32", SCANNER),
        ("click", "Mozilla/5.0 (compatible; bingbot/2.0)", SCANNER),
        ("click", "", SCANNER),
        ("open", FIREFOX, ""),
        ("click", FIREFOX, ""),
        ("click", "x" * 100_000 + "bot", ""),
    ],
)
def test_machines_are_known_by_their_names(event_type, agent, sign):
    assert sign_of_agent(event_type, agent) == sign


def click(pk: int, second: int, link: str = "https://club.example/") -> str:
    return ses_event(pk, "Click", at=f"2026-11-22T10:{second // 60:02}:{second % 60:02}Z", link=link, userAgent=FIREFOX)


def delivered(pk: int, second: int = 0) -> str:
    return ses_event(pk, "Delivery", at=f"2026-11-22T10:{second // 60:02}:{second % 60:02}Z")


def signs() -> list[str]:
    return list(DeliveryEvent.objects.filter(event_type__in=("open", "click")).values_list("machine_sign", flat=True))


def counters() -> tuple[int, ...]:
    chunk = Chunk.objects.get()
    return chunk.opened_count, chunk.clicked_count, chunk.machine_opened_count, chunk.machine_clicked_count


@pytest.fixture
def pk(db) -> int:
    [row] = plan_people(make_campaign(is_tracked=True), [DeliveryState.ACCEPTED])
    return row.pk


def test_click_seconds_after_the_delivery_is_a_machines(pk):
    apply_events([ses_event(pk, "Send"), delivered(pk, 300), click(pk, 303), click(pk, 360)])
    assert signs() == [AT_ONCE, ""]
    assert counters() == (0, 1, 0, 0)


def test_delivery_that_is_told_late_still_says_whose_the_click_was(pk):
    apply_events([ses_event(pk, "Send")])
    apply_events([click(pk, 303)])
    assert (signs(), counters()) == ([""], (0, 1, 0, 0))
    apply_events([delivered(pk, 300)])
    assert (signs(), counters()) == ([AT_ONCE], (0, 0, 0, 1))


def test_many_links_within_two_seconds_are_a_machines_whichever_comes_last(pk):
    for number in range(3):
        apply_events([click(pk, 600 + number // 2, f"https://club.example/{number}")])
    assert signs() == [MANY_LINKS] * 3
    assert counters() == (0, 0, 0, 1)
    apply_events([click(pk, 900)])
    assert counters() == (0, 1, 0, 0)


def test_one_person_is_counted_once_however_often_they_open(pk):
    opens = [ses_event(pk, "Open", at=f"2026-11-22T11:00:{second:02}Z", userAgent=FIREFOX) for second in range(5)]
    apply_events([*opens, *opens])
    apply_events([ses_event(pk, "Open", at="2026-11-22T12:00:00Z", userAgent="Mozilla/5.0")])
    assert counters() == (1, 0, 0, 0)
    assert signs() == [*[""] * 5, APPLE_PROXY]
