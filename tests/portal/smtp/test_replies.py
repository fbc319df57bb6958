from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies

from portal.mail.smtp.commands import UnsafeCommand, dot_stuffed, ehlo, mail_from, rcpt_to
from portal.mail.smtp.features import read_features
from portal.mail.smtp.replies import ProtocolFault, Reply, ReplyReader

TALK = b"220 hi\r\n250-relay.example\r\n250-SIZE 1000\r\n250 PIPELINING\r\n354\r\n550 5.1.1 no such user\r\n"
REPLIES = [
    Reply(220, ("hi",)),
    Reply(250, ("relay.example", "SIZE 1000", "PIPELINING")),
    Reply(354, ("",)),
    Reply(550, ("5.1.1 no such user",)),
]


@given(strategies.lists(strategies.integers(0, len(TALK)), max_size=12))
def test_any_split_gives_the_same_replies(cuts):
    reader = ReplyReader()
    edges = [0, *sorted(cuts), len(TALK)]
    found = [reply for start, end in itertools.pairwise(edges) for reply in reader.feed(TALK[start:end])]
    assert found == REPLIES
    assert reader.is_empty


@given(strategies.binary(max_size=300))
def test_no_bytes_break_it(received):
    try:
        replies = ReplyReader().feed(received)
    except ProtocolFault:
        return
    assert all(200 <= reply.code < 600 for reply in replies)
    assert not any(character < " " for reply in replies for character in reply.text)


@pytest.mark.parametrize(
    "received",
    [
        b"hello\r\n",
        b"99 x\r\n",
        b"250-a\r\n251 b\r\n",
        b"600 x\r\n",
        b"250_x\r\n",
        b"2" * 5000,
        b"250 " + b"x" * 5000 + b"\r\n",
    ],
)
def test_what_is_no_reply_is_a_fault(received):
    with pytest.raises(ProtocolFault):
        ReplyReader().feed(received)


def test_an_answer_without_end_is_a_fault():
    with pytest.raises(ProtocolFault):
        ReplyReader().feed(b"250-more\r\n" * 1000)


def test_codes_and_words():
    refused = Reply(550, ("5.1.1 no such user", "really"))
    assert (refused.enhanced, refused.is_permanent, refused.text) == ("5.1.1", True, "550 5.1.1 no such user really")


def test_features():
    said = Reply(250, ("hi", "PIPELINING", "size 5000", "8bitmime", "AUTH=LOGIN", "STARTTLS"))
    features = read_features(said)
    assert (features.has_pipelining, features.size_bytes, features.logins) == (True, 5000, frozenset({"LOGIN"}))
    assert features.mail_parameters(("a@b.example", "c@d.example"), [b"abc"]) == " SIZE=3"
    assert read_features(Reply(250, ("hi", "SIZE", "SIZE x"))).size_bytes == 0


def test_smtputf8_is_asked_for_where_needed():
    features = read_features(Reply(250, ("hi", "SMTPUTF8", "8BITMIME")))
    assert features.mail_parameters(("a@b.example", "ä@d.example"), [b"abc"]) == " BODY=8BITMIME SMTPUTF8"


@given(strategies.text(max_size=60))
def test_no_address_makes_two_commands(text):
    for make in (mail_from, rcpt_to):
        try:
            command = make(f"{text}@club.example")
        except UnsafeCommand:
            continue
        assert command.count(b"\r") == command.count(b"\n") == 1
        assert command.endswith(b">\r\n")


def test_no_name_makes_two_commands():
    for name in ("a b", "a\r\nMAIL", "", "ä.example"):
        with pytest.raises(UnsafeCommand):
            ehlo(name)


@given(strategies.lists(strategies.text(alphabet="\r\n.ab", max_size=400).map(str.encode), max_size=6))
def test_nothing_within_a_message_can_end_it(pieces):
    stuffed = b"".join(dot_stuffed(pieces))
    assert stuffed.endswith(b"\r\n")
    assert b"\r" not in stuffed.replace(b"\r\n", b"")
    assert b"\n" not in stuffed.replace(b"\r\n", b"")
    assert not stuffed.startswith(b".\r\n")
    assert b"\r\n.\r\n" not in stuffed
    lines = b"".join(pieces).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found = [line[1:] if line.startswith(b".") else line for line in stuffed.split(b"\r\n")]
    assert found[: len(lines)] == lines
