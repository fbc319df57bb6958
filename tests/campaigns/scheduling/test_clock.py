from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campaigns.scheduling.clock import Twist, matching_zones, resolve
from campaigns.scheduling.grouping import first_moment, group_by_moment
from campaigns.scheduling.wish import Wish, wish_from


def utc(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "moment", "twist"),
    [
        ("2026-11-24T09:00", "Europe/Berlin", utc(2026, 11, 24, 8, 0), Twist.NONE),
        ("2026-07-01T09:00", "Europe/Berlin", utc(2026, 7, 1, 7, 0), Twist.NONE),
        ("2027-03-28T02:30", "Europe/Berlin", utc(2027, 3, 28, 1, 30), Twist.SKIPPED),
        ("2026-10-25T02:30", "Europe/Berlin", utc(2026, 10, 25, 0, 30), Twist.TWICE),
        ("2026-10-04T02:15", "Australia/Lord_Howe", utc(2026, 10, 3, 15, 45), Twist.SKIPPED),
        ("2011-12-30T12:00", "Pacific/Apia", utc(2011, 12, 30, 22, 0), Twist.SKIPPED),
        ("2026-11-24T09:00", "Asia/Kathmandu", utc(2026, 11, 24, 3, 15), Twist.NONE),
    ],
)
def test_a_wall_clock_becomes_a_moment(local, zone, moment, twist):
    found = resolve(datetime.fromisoformat(local), zone)
    assert (found.moment, found.twist) == (moment, twist)


def test_a_skipped_time_leaves_as_much_later_as_the_clocks_jump():
    assert (
        resolve(datetime.fromisoformat("2027-03-28T02:30"), "Europe/Berlin").shown.isoformat() == "2027-03-28T03:30:00"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Europe/Berlin", ["Europe/Berlin"]),
        ("berlin", ["Europe/Berlin"]),
        ("new york", ["America/New_York"]),
        ("utc", ["UTC"]),
        ("Atlantis", []),
        ("", []),
    ],
)
def test_a_zone_is_found_by_its_city(text, found):
    assert matching_zones(text) == found


def test_an_unclear_zone_gives_all_that_fit():
    assert {"America/Indiana/Indianapolis", "America/Indiana/Knox"} <= set(matching_zones("indiana"))


WISH = Wish("2026-11-24T09:00", "Europe/Berlin", clock="recipients")
NOW = utc(2026, 11, 23, 12, 0)


def test_zones_with_one_moment_leave_together_and_the_unknown_follow_the_chosen_zone():
    counts = {"Europe/Berlin": 5, "Europe/Paris": 3, "Asia/Tokyo": 2, "": 4, "Mars/Olympus": 1}
    groups = group_by_moment(WISH, counts, chosen_at=NOW)
    assert [(group.moment, group.people, group.is_rest) for group in groups] == [
        (utc(2026, 11, 24, 0, 0), 2, False),
        (utc(2026, 11, 24, 8, 0), 13, True),
    ]
    assert groups[1].zones == {"": 5, "Europe/Berlin": 5, "Europe/Paris": 3}


def test_a_rest_of_nobody_is_still_there_for_who_comes_later():
    groups = group_by_moment(WISH, {"Asia/Tokyo": 2}, chosen_at=NOW)
    assert [(group.people, group.is_rest) for group in groups] == [(2, False), (0, True)]


@pytest.mark.parametrize(
    ("past", "chosen_at", "first"),
    [
        ("send", NOW, utc(2026, 11, 24, 0, 0)),
        ("send", utc(2026, 11, 24, 3, 0), utc(2026, 11, 24, 3, 0)),
        ("leave-out", utc(2026, 11, 24, 3, 0), utc(2026, 11, 24, 8, 0)),
        ("leave-out", utc(2026, 11, 24, 9, 0), None),
    ],
)
def test_the_first_mail_leaves_at_the_first_time_that_has_not_passed(past, chosen_at, first):
    wish = Wish(WISH.local_time, WISH.zone, WISH.clock, past)
    groups = group_by_moment(wish, {"Europe/Berlin": 5, "Asia/Tokyo": 2}, chosen_at=chosen_at)
    assert first_moment(wish, groups, chosen_at=chosen_at) == first


def test_a_wish_survives_its_json():
    assert wish_from(WISH.as_dict()) == WISH
