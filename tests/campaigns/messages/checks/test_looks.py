"""Subject, preview line, pictures, size, signs of spam."""

from __future__ import annotations

import pytest

from campaigns.messages.checks.inbox_line import inbox_points
from campaigns.messages.checks.page import read_page
from campaigns.messages.checks.pictures import picture_points
from campaigns.messages.checks.size import size_point
from campaigns.messages.checks.spam_signs import spam_points
from campaigns.messages.checks.typed import TypedBody
from campaigns.messages.source import LayoutValues

ENOUGH = "Plain words that say what the letter is about, and a few more of them, so that a filter surely has enough to read. "


def codes(points):
    return [point.code for point in points]


@pytest.mark.parametrize(
    ("subject", "preheader", "expected"),
    [
        ("Spring meeting", "Your seat is kept", ["inbox_line"]),
        ("x" * 61, "Your seat is kept", ["long_subject"]),
        ("LAST CHANCE TO JOIN", "Your seat is kept", ["shouted_subject"]),
        ("UNO 2026", "Your seat is kept", ["inbox_line"]),
        ("Re: your order", "Your seat is kept", ["false_answer"]),
        ("Spring meeting", " ", ["no_preheader"]),
        ("Spring meeting", "spring meeting", ["preheader_repeats"]),
        ("Spring meeting", "x" * 141, ["long_preheader"]),
    ],
)
def test_the_line_in_the_inbox(subject, preheader, expected):
    assert codes(inbox_points(subject, preheader)) == expected


def pictures(html, layout=None):
    typed = TypedBody.of(html, has_layout=False)
    return list(picture_points(read_page(html), typed, layout or LayoutValues()))


def test_a_picture_without_words_is_named_with_its_line():
    [point] = pictures(f'<p>{ENOUGH}</p>\n<img src="https://a.example/cat.png">')
    assert (point.code, point.line, point.column) == ("no_alt", 2, 11)


def test_ornament_with_empty_words_is_fine():
    assert codes(pictures(f'<p>{ENOUGH}</p><img src="https://a.example/line.png" alt="">')) == ["pictures"]


@pytest.mark.parametrize("src", ["cat.png", "/cat.png", "data:image/png;base64,AA", "file:///c:/cat.png", ""])
def test_a_picture_that_no_mail_program_loads(src):
    assert codes(pictures(f'<p>{ENOUGH}</p><img alt="A cat" src="{src}">')) == ["picture_address"]


def test_a_mail_of_pictures_alone():
    assert codes(pictures('<img src="https://a.example/all.png" alt="Everything">Hello')) == ["image_only"]


def test_the_foot_of_the_layout_does_not_count_as_text():
    html = f'<img src="https://a.example/all.png" alt="Everything">Hello {ENOUGH}'
    assert codes(pictures(html, LayoutValues(footer=ENOUGH))) == ["image_only"]


def test_a_pixel_that_counts_openings_is_no_picture():
    assert pictures('<img src="https://a.example/o.gif" width="1" height="1">') == []


def test_gmail_cuts_at_102_kilobytes():
    assert size_point("x" * 101_999).code == "size"
    assert size_point("ü" * 51_000).code == "too_large"


@pytest.mark.parametrize(
    ("subject", "html", "expected"),
    [
        ("News", ENOUGH, []),
        ("Free!!! for you", ENOUGH, ["loud_words", "exclamation_marks"]),
        ("News", ENOUGH + "100% free", ["loud_words"]),
        ("Feel free to come!", ENOUGH, []),
        ("News", ENOUGH + "Come! " * 6, ["exclamation_marks"]),
        ("News", ENOUGH + '<a href="https://bit.ly/x">here</a>', ["shortened_link"]),
        ("News", ENOUGH + f'<p style="font-size:0">{ENOUGH * 3}</p>', ["hidden_text"]),
        ("News", ENOUGH + '<img src="https://a.example/1.png" alt="">' * 3, ["many_pictures"]),
        ("News", ENOUGH.upper(), ["shouted_text"]),
    ],
)
def test_few_signs_of_spam_each_with_a_cure(subject, html, expected):
    points = list(spam_points(subject, read_page(html), TypedBody.of(html, has_layout=False)))
    assert codes(points) == expected
    assert all(point.cure for point in points)
