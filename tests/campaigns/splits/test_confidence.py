from __future__ import annotations

import pytest

from campaigns.splits.confidence import chance_of_difference, is_enough, smallest_difference
from campaigns.splits.deciding import Measured, judge


@pytest.mark.parametrize(
    ("hits_a", "people_a", "hits_b", "people_b", "chance"),
    [
        # z = 2.6774, 1.4142, 0 and 1.3145, looked up in the table of the normal distribution
        (200, 1000, 250, 1000, 0.00739),
        (15, 25, 10, 25, 0.15730),
        (50, 100, 50, 100, 1.0),
        (120, 1500, 80, 1200, 0.18867),
    ],
)
def test_chance_is_that_of_the_textbook(hits_a, people_a, hits_b, people_b, chance):
    assert chance_of_difference(hits_a, people_a, hits_b, people_b) == pytest.approx(chance, abs=5e-5)


def test_nothing_can_be_said_without_people_or_when_all_did_the_same():
    assert chance_of_difference(0, 0, 5, 10) is None
    assert chance_of_difference(0, 10, 0, 10) is None
    assert chance_of_difference(10, 10, 10, 10) is None


def test_few_expected_hits_are_too_few():
    assert not is_enough(3, 100, 4, 100)
    assert is_enough(20, 100, 30, 100)
    assert not is_enough(98, 100, 99, 100)  # hardly anybody did not


def test_the_smallest_difference_is_that_of_the_usual_tables():
    # 1,094 people in each group find 20 % against 25 % with a power of 80 % (pooled at 22.5 %)
    assert smallest_difference(1094, 0.225) == pytest.approx(0.05, abs=0.0005)
    assert smallest_difference(0, 0.2) == 1.0


def versions(*figures):
    return [Measured(number + 1, hits, people) for number, (hits, people) in enumerate(figures)]


@pytest.mark.parametrize(
    ("figures", "winner", "asks"),
    [
        (((200, 1000), (250, 1000)), 2, ""),
        (((200, 1000), (210, 1000)), None, "unclear"),
        (((200, 1000), (200, 1000)), None, "tie"),
        (((20, 100), (200, 1000)), None, "tie"),
        (((0, 1000), (0, 1000)), None, "no-data"),
        (((10, 100), (0, 0)), None, "no-data"),
        (((1, 10), (4, 10)), None, "too-few"),
        (((100, 1000), (180, 1000), (100, 1000)), 2, ""),
        (((180, 1000), (180, 1000), (100, 1000)), None, "tie"),
    ],
)
def test_only_a_clear_difference_gives_a_winner(figures, winner, asks):
    verdict = judge(versions(*figures))
    assert (verdict.winner, verdict.asks) == (winner, asks)


def test_the_leader_is_named_where_the_difference_may_be_chance():
    assert judge(versions((200, 1000), (210, 1000))).leader == 2
    assert judge(versions((5, 5), (5, 5))).leader is None
