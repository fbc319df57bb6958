from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from portal.mail.attachment import Attachment
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders
from portal.mail.segments import NO_TEXT, Segments

SENT_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TO_BOB = RecipientHeaders(Mailbox("Bob", "bob@example.org"), "abc-1@example.org", SENT_AT)
AWKWARD = [
    "",
    "plain",
    "Zoë 漢字 👩‍🚀",
    ".",
    ".leading\n..two\n.\n" + "." * 90,
    "a=b =3D = \n=",
    "x" * 75,
    "x" * 76,
    "x" * 75 + "é",
    "é" * 200,
    "trailing \t \nblank ",
    "\n\n\n",
    "crlf\r\nlf\ncr\rend\r\n",
    "--=_boundary\n--\n",
    "\x00\x01\x7f\x0c",
    "From me\nFrom you",
]


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def contents(message: EmailMessage) -> list[str]:
    return [unified(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]


def skeleton(**parts) -> MimeSkeleton:
    wanted: dict[str, Any] = {
        "sender": Mailbox("Acme", "post@acme.example"),
        "subject": Segments(("Hello",), ()),
        "text": Segments(("Dear ", ",\nbye\n"), ("t0",)),
        "html": Segments(("<p>", "</p>"), ("h0",)),
    }
    return MimeSkeleton(**(wanted | parts))


def assert_lines_are_safe(raw: bytes) -> None:
    assert raw.isascii()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(line.startswith(b".") for line in lines)


@pytest.mark.parametrize("before", AWKWARD)
@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_texts_arrive_as_they_were(before, value):
    text = Segments((before, "", value + "tail" + before), ("t0", "t1"))
    raw = skeleton(text=text).build({"t0": value, "t1": before, "h0": value}, TO_BOB)

    assert_lines_are_safe(raw)
    plain, html = contents(parsed(raw))
    assert plain == unified(before + value) + unified(before) + unified(value + "tail" + before)
    assert html == f"<p>{unified(value)}</p>"


@settings(max_examples=150, deadline=None)
@given(
    literals=st.lists(st.text(max_size=120), min_size=1, max_size=4),
    values=st.lists(st.text(max_size=120), min_size=3, max_size=3),
    data=st.data(),
)
def test_any_text_arrives_as_it_was(literals, values, data):
    keys = tuple(f"t{number}" for number in range(len(literals) - 1))
    holes = dict(zip(("t0", "t1", "t2"), values, strict=True))
    segments = Segments(tuple(literals), keys)
    alone = data.draw(st.booleans())
    raw = skeleton(text=segments, html=NO_TEXT if alone else Segments(("<p>x</p>",), ())).build(holes, TO_BOB)

    assert_lines_are_safe(raw)
    wanted = unified(literals[0]) + "".join(
        unified(holes[key]) + unified(literal) for key, literal in zip(keys, literals[1:], strict=True)
    )
    if not segments.is_empty:
        assert contents(parsed(raw))[0] == wanted


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
def test_any_subject_arrives_as_it_was(subject):
    raw = skeleton(subject=Segments(("", ""), ("s0",))).build({"s0": subject, "t0": "", "h0": ""}, TO_BOB)

    assert_lines_are_safe(raw)
    assert parsed(raw)["subject"] == subject


@given(st.text(max_size=80))
def test_any_name_stays_a_name_and_one_recipient_one_recipient(name):
    to_name = RecipientHeaders(Mailbox(name, "bob@example.org"), "abc@example.org", SENT_AT)
    message = parsed(skeleton().build({"t0": "", "h0": ""}, to_name))

    assert [address.addr_spec for address in message["to"].addresses] == ["bob@example.org"]
    assert set(message.keys()) == {"From", "MIME-Version", "To", "Subject", "Date", "Message-ID", "Content-Type"}


def test_headers_say_what_they_should():
    recipient = RecipientHeaders(
        Mailbox("Bob", "bob@müller.example"),
        "abc-1@example.org",
        SENT_AT,
        unsubscribe_url="https://mail.example.org/u/abc?x=1",
        extra={"X-Postroom-Delivery": "17"},
    )
    reply = Mailbox("Zoë", "zoe@acme.example")
    raw = skeleton(reply_to=reply, extra={"Auto-Submitted": "auto-generated"}).build({"t0": "", "h0": ""}, recipient)
    message = parsed(raw)

    assert message["from"] == "Acme <post@acme.example>"
    assert message["reply-to"] == "Zoë <zoe@acme.example>"
    assert message["to"].addresses[0].addr_spec == "bob@xn--mller-kva.example"
    assert message["date"].datetime == SENT_AT
    assert message["message-id"] == "<abc-1@example.org>"
    assert message["list-unsubscribe"] == "<https://mail.example.org/u/abc?x=1>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["x-postroom-delivery"] == "17"
    assert message["auto-submitted"] == "auto-generated"
    assert not message.defects


def test_an_attachment_arrives_byte_for_byte():
    pdf = Attachment("Übersicht, Jahr 2026 “" + "lang" * 20 + ".pdf", "application/pdf", bytes(range(256)) * 20)
    message = parsed(skeleton(attachments=[pdf]).build({"t0": "x", "h0": "y"}, TO_BOB))

    (file,) = message.iter_attachments()
    assert file.get_content() == pdf.content
    assert file.get_filename() == pdf.filename
    assert contents(message) == ["Dear x,\nbye\n", "<p>y</p>"]
    assert not message.defects


def test_a_hole_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        skeleton().build({"t0": "x"}, TO_BOB)
