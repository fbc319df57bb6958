from __future__ import annotations

import base64

import pytest

from routing.actions.rewrite import Envelope, send_on
from routing.inbound.headers import body_of, read_headers, values_of

ENVELOPE = Envelope("forward@ours.example", "ada@sender.example", b"X-Postroom-Routed: abc\r\n", "b0undary")
HEAD = b'From: "Ada L." <ada@sender.example>\r\nTo: a@in.example\r\nSubject: Hello\r\n'


def header(raw: bytes, name: str) -> list[str]:
    return values_of(read_headers(raw), name)


def test_the_mail_goes_on_in_our_name_and_answers_go_to_its_author():
    sent = send_on(HEAD + b"\r\nbody", ENVELOPE)
    assert header(sent, "from") == ['"Ada L. via ours.example" <forward@ours.example>']
    assert header(sent, "reply-to") == ["ada@sender.example"]
    assert header(sent, "x-original-from") == ["ada@sender.example"]
    assert header(sent, "x-postroom-routed") == ["abc"]


def test_the_reply_to_of_the_original_is_kept():
    sent = send_on(HEAD + b"Reply-To: team@sender.example\r\n\r\nbody", ENVELOPE)
    assert header(sent, "reply-to") == ["team@sender.example"]


def test_what_others_signed_and_ses_measured_goes():
    signed = b"DKIM-Signature: v=1;\r\n b=abc\r\nX-SES-Spam-Verdict: PASS\r\nReturn-Path: <x@y.example>\r\nBcc: z@y.example\r\n"
    sent = send_on(signed + HEAD + b"\r\nbody", ENVELOPE)
    assert b"b=abc" not in sent
    assert header(sent, "x-ses-spam-verdict") + header(sent, "return-path") + header(sent, "bcc") == []


@pytest.mark.parametrize("body", [b"8-bit \xe4\xff\r\n\r\n\r\nend", b"", b"\r\n\r\nx", b"bare\nline ends\n", b"no end"])
def test_the_bytes_of_the_body_stay_as_they_are(body):
    assert body_of(send_on(HEAD + b"\r\n" + body, ENVELOPE)) == body


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"no headers at all", HEAD + b"X: \0\r\n\r\nbody", HEAD + b"broken line\r\n\r\nbody", HEAD + b"\r\nlone\rCR",
        HEAD + b"\r\n" + b"x" * 1200, HEAD + b"X-Raw: \xff\r\n\r\nbody", b" folded first\r\n" + HEAD + b"\r\nbody",
    ],
)  # fmt: skip
def test_what_cannot_be_rewritten_safely_travels_whole_as_a_file(raw):
    sent = send_on(raw, ENVELOPE)
    assert header(sent, "from")[0].endswith("<forward@ours.example>")
    encoded = sent.split(b'filename="original.eml"\r\n\r\n')[1].split(b"--b0undary--")[0]
    assert base64.b64decode(encoded) == raw


def test_a_doubled_header_is_sent_once():
    sent = send_on(HEAD + b"Subject: other\r\n\r\nbody", ENVELOPE)
    assert header(sent, "subject") == ["Hello"]
    assert len(header(sent, "from")) == 1


def test_a_hostile_name_writes_no_second_header():
    raw = b"From: =?utf-8?q?x=0D=0ABcc:_v@evil.example?= <ada@sender.example>\r\n\r\nbody"
    assert header(send_on(raw, ENVELOPE), "bcc") == []
