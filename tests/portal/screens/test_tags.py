from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import timezone

from portal.figures import DayChart, Segment, Series, bar_json

SPRITE = Path(__file__).resolve().parents[3] / "portal/static/postroom/icons/icons.svg"
SEGMENTS = [Segment("delivered", "delivered", 75, "?state=delivered"), Segment("queued", "queued", 25)]


def draw(template: str, **context: object) -> str:
    return Template("{% load postroom %}" + template).render(Context(context))


def test_an_icon_without_a_label_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in draw('{% icon "send" %}')


def test_an_icon_with_a_label_says_it():
    drawn = draw('{% icon "check" label=word %}', word='"done"')
    assert 'role="img"' in drawn
    assert 'aria-label="&quot;done&quot;"' in drawn


def test_every_icon_that_is_used_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
    root = SPRITE.parents[4]
    used = set()
    for pattern in ("portal/**/*.html", "campaigns/**/*.html"):
        for path in root.glob(pattern):
            used |= set(re.findall(r'(?:\{% icon |(?<!-)\bicon=)"([a-z0-9-]+)"', path.read_text()))
    for pattern in ("portal/*.py", "campaigns/**/*.py"):
        for path in root.glob(pattern):
            used |= set(re.findall(r'(?:list_icon"?\s*[:=]|Alert\("[a-z]+",)\s*"([a-z0-9-]+)"', path.read_text()))
    assert len(used) > 10
    assert used <= known


def test_a_badge_of_unknown_tone_is_plain_and_its_text_is_escaped():
    assert draw('{% badge text tone="loud" %}', text="<b>") == '<span class="badge">&lt;b&gt;</span>'


def test_times_carry_utc_and_are_shown_in_the_portals_zone():
    moment = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
    with timezone.override("Europe/Zurich"):
        drawn = draw("{% local_time moment %}", moment=moment)
    assert 'datetime="2026-11-22T11:05:00+00:00"' in drawn
    assert 'title="2026-11-22 11:05 UTC"' in drawn
    assert "12:05" in drawn


def test_no_time_is_a_dash():
    assert draw("{% local_time moment %}", moment=None) == "–"


def test_a_segmented_bar_has_titles_and_live_places():
    drawn = draw('{% segmented_bar segments label="Progress" live="bar" %}', segments=SEGMENTS)
    assert "<title>delivered: 75</title>" in drawn
    assert 'data-live-attr="x:bar.queued.x;width:bar.queued.width"' in drawn


def test_the_json_of_a_bar_says_what_the_bar_draws():
    assert bar_json(SEGMENTS) == {
        "delivered": {"x": 0.0, "width": 750.0, "count": 75},
        "queued": {"x": 750.0, "width": 250.0, "count": 25},
    }


def test_a_legend_links_each_count_to_its_people():
    assert '<a href="?state=delivered">Delivered</a>' in draw("{% segment_legend segments %}", segments=SEGMENTS)


@pytest.mark.parametrize(("share", "width"), [(-1, "0.0"), (0.62, "62.0"), (7, "100.0")])
def test_a_meter_stays_within_its_frame(share, width):
    assert f'width="{width}"' in draw('{% meter share label="Quota" %}', share=share)


def test_drawings_speak_svg_in_every_language():
    from django.utils import translation

    with translation.override("de"):
        assert 'width="62.5"' in draw('{% meter 0.625 label="Quota" %}')


def test_a_chart_comes_with_its_numbers_as_a_table():
    chart = DayChart(
        "Messages", [Series("delivered", "delivered")], [date(2026, 11, 21), date(2026, 11, 22)], [[5], [0]]
    )
    drawn = draw("{% bar_chart chart %}", chart=chart)
    assert '<th scope="row">22 Nov</th>' in drawn
    assert "<title>21 Nov: 5 delivered</title>" in drawn
    assert "style=" not in drawn
