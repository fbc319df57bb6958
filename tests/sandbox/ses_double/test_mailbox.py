"""The mailbox's pages, as a browser without script gets them."""

from __future__ import annotations

import urllib.request
from email import message_from_bytes, policy
from urllib.error import HTTPError

import pytest

from sandbox.testing import run_double
from tests.factories.ses_calls import bulk_entry, bulk_send, simple_send
from tests.sandbox.clients import client


def fetch(double, path="/mailbox/"):
    with urllib.request.urlopen(double.url + path) as reply:
        return reply.read().decode(), reply.headers


def id_of(double, ses_message_id):
    with urllib.request.urlopen(f"{double.url}/mailbox/by-message-id/{ses_message_id}") as reply:
        return reply.url.split("/")[-2]


def sent(ses, double, *args, **kwargs):
    """The path of a mail that was just sent."""
    reply = ses.send_email(**simple_send(*args, **kwargs))
    return f"/mailbox/{id_of(double, reply['MessageId'])}/"


def test_an_empty_mailbox_says_so(double):
    assert "No mail yet" in fetch(double)[0]


def test_the_newest_mail_comes_first(ses, double):
    for name in ("first", "second"):
        ses.send_email(**simple_send(f"{name}@example.org", subject=f"About {name}"))
    page, _headers = fetch(double)
    assert 0 < page.index("About second") < page.index("About first")


def test_the_search_looks_at_addresses_and_subjects(ses, double):
    ses.send_email(**simple_send("anna@example.org", subject="100% yours"))
    ses.send_email(**simple_send("bert@example.org", subject="100 more"))
    assert "bert@" not in fetch(double, "/mailbox/?q=100%25")[0]
    assert "anna@" not in fetch(double, "/mailbox/?q=BERT")[0]
    assert "No mail matches" in fetch(double, "/mailbox/?q=carla")[0]


def test_pages_lead_to_all_mail_and_back(ses, double):
    for start in (0, 50):
        entries = [bulk_entry(f"p{number:02}@example.org") for number in range(start, start + 50)]
        ses.send_bulk_email(**bulk_send(entries))
    first, _headers = fetch(double)
    assert "p99@" in first
    assert "p49@" not in first
    older = first.split('href="?older_than=')[1].split('"')[0]
    second, _headers = fetch(double, f"/mailbox/?older_than={older}")
    assert "p00@" in second
    assert "Older" not in second
    newer = second.split('href="?newer_than=')[1].split('"')[0]
    assert fetch(double, f"/mailbox/?newer_than={newer}")[0] == first


def test_a_mail_shows_headers_tags_text_and_links(ses, double):
    html = '<p>See <a href="https://example.org/a?b=1&amp;c=2">this</a></p>'
    page, _headers = fetch(double, sent(ses, double, html=html, tags={"postroom_delivery": "7"}))
    for expected in ("anna@example.org", "Tag postroom_delivery", 'href="https://example.org/a?b=1&amp;c=2"'):
        assert expected in page


def test_html_is_framed_without_any_right(ses, double):
    path = sent(ses, double, html="<script>alert(1)</script><p>Hi</p>")
    page, headers = fetch(double, path)
    assert 'sandbox=""' in page
    assert "alert(1)" not in page
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    message, headers = fetch(double, f"{path}html")
    assert message == "<script>alert(1)</script><p>Hi</p>"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_what_comes_from_mail_is_escaped(ses, double):
    path = sent(ses, double, subject="<script>alert(1)</script>", html='<a href="https://x.example/<b>">x</a>')
    for page in (fetch(double)[0], fetch(double, path)[0], fetch(double, "/mailbox/?q=<script>")[0]):
        assert "<script>" not in page
        assert "<b>" not in page


def test_a_templated_mail_is_shown_and_downloaded_filled(ses, double):
    entry = bulk_entry(values={"name": "Ånna"}, headers={"List-Unsubscribe": "<https://example.org/u>"})
    reply = ses.send_bulk_email(**bulk_send([entry], subject="Hi {{name}}", html="<p>Dear {{name}}</p>"))
    path = f"/mailbox/{id_of(double, reply['BulkEmailEntryResults'][0]['MessageId'])}/"
    assert fetch(double, f"{path}html")[0] == "<p>Dear Ånna</p>"
    with urllib.request.urlopen(f"{double.url}{path}source") as source:
        message = message_from_bytes(source.read(), policy=policy.default)
    assert (message["Subject"], message["List-Unsubscribe"]) == ("Hi Ånna", "<https://example.org/u>")
    part = message.get_body(("html",))
    assert part
    assert part.get_content().rstrip() == "<p>Dear Ånna</p>"


def test_a_raw_mail_is_shown_by_its_parts(ses, double):
    raw = (
        b"From: news@postroom.example\r\nTo: anna@example.org\r\nSubject: Raw\r\n"
        b"Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>Gr\xfc\xdfe</p>\r\n"
    )
    reply = ses.send_email(Content={"Raw": {"Data": raw}})
    path = f"/mailbox/{id_of(double, reply['MessageId'])}/"
    assert "Grüße" in fetch(double, f"{path}html")[0]
    with urllib.request.urlopen(f"{double.url}{path}source") as source:
        assert source.read() == raw


@pytest.mark.parametrize("path", ["/mailbox/999999/", "/mailbox/999999/html", "/nonsense", "/mailbox/by-message-id/x"])
def test_what_is_not_there_is_said(double, path):
    with pytest.raises(HTTPError) as refusal:
        fetch(double, path)
    with refusal.value as reply:
        assert reply.status == 404
        assert "Nothing here" in reply.read().decode()


def test_only_the_newest_mail_is_kept():
    with (
        run_double("--mailbox-kept", "5", "--verified", "postroom.example") as double,
        client("sesv2", double.url) as ses,
    ):
        for start in (0, 10):
            entries = [bulk_entry(f"p{number:02}@example.org") for number in range(start, start + 10)]
            ses.send_bulk_email(**bulk_send(entries))
        page, _headers = fetch(double)
    assert [f"p{number:02}@" in page for number in range(20)] == [False] * 15 + [True] * 5


PIXEL = b"\x89PNG the pixels"
SHOWN = {"RawContent": PIXEL, "FileName": "lake.png", "ContentType": "image/png", "ContentDisposition": "INLINE"}
PICTURE = 'src="data:image/png;base64,iVBORyB0aGUgcGl4ZWxz"'


def sent_with_picture(ses, double):
    """The path of a bulk mail that shows a picture from within itself."""
    call = bulk_send([bulk_entry()], html='<img src="cid:lake@postroom"><img src="cid:other@postroom">')
    call["DefaultContent"]["Template"]["Attachments"] = [{**SHOWN, "ContentId": "lake@postroom"}]
    [result] = ses.send_bulk_email(**call)["BulkEmailEntryResults"]
    return f"/mailbox/{id_of(double, result['MessageId'])}/"


def test_a_picture_within_the_mail_is_shown(ses, double):
    path = sent_with_picture(ses, double)
    html, _headers = fetch(double, path + "html")
    assert PICTURE in html
    assert 'src="cid:other@postroom"' in html
    assert "lake.png" in fetch(double, path)[0]


def test_the_source_has_the_picture_beside_the_html_that_shows_it(ses, double):
    source, _headers = fetch(double, sent_with_picture(ses, double) + "source")
    message = message_from_bytes(source.encode(), policy=policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip


def test_a_picture_within_a_raw_mail_is_shown(ses, double):
    source, _headers = fetch(double, sent_with_picture(ses, double) + "source")
    path = sent(ses, double, Content={"Raw": {"Data": source.encode()}})
    assert PICTURE in fetch(double, path + "html")[0]


def test_a_file_that_is_no_picture_never_becomes_part_of_the_page(ses, double):
    call = bulk_send([bulk_entry()], html='<img src="cid:x@postroom">')
    page = {**SHOWN, "ContentType": "text/html", "ContentId": "x@postroom"}
    call["DefaultContent"]["Template"]["Attachments"] = [page]
    [result] = ses.send_bulk_email(**call)["BulkEmailEntryResults"]
    html, _headers = fetch(double, f"/mailbox/{id_of(double, result['MessageId'])}/html")
    assert html == '<img src="about:blank">'


def test_a_file_without_a_name_is_refused(ses):
    call = bulk_send([bulk_entry()])
    call["DefaultContent"]["Template"]["Attachments"] = [{**SHOWN, "FileName": "x" * 256}]
    with pytest.raises(ses.exceptions.BadRequestException, match="FileName"):
        ses.send_bulk_email(**call)
