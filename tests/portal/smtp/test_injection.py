"""Thousands of payloads in every field that reaches a message: the sink holds the expected headers and recipients only."""

from __future__ import annotations

import random
import time
from email import message_from_bytes
from email.policy import SMTP

import pytest

from portal.errors import InvalidInput
from portal.mail.attachment import Attachment
from portal.mail.compiled import Mailbox, MimeSkeleton, RecipientHeaders
from portal.mail.segments import Segments
from portal.mail.smtp.dialogue import Dialogue, Letter
from portal.smtp.connecting import open_session
from portal.smtp.session import Turn
from portal.smtp.watching import NoWatcher
from tests.factories.smtp import HURRIED, ServerSettings
from tests.smtp_server import Script, ScriptedServer

SENDER, RECIPIENT = "office@postroom.example", "anna@club.example"
FIELDS = (
    "subject", "value", "from_name", "from_address", "to_name", "recipient", "reply_name", "reply_to", "file_name",
    "content_type", "unsubscribe_url", "extra", "message_id", "text", "html",
)  # fmt: skip
EXPECTED = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Unsubscribe",
    "List-Unsubscribe-Post", "X-Postroom-Attempt",
}  # fmt: skip
ENDS = (
    "\r\n",
    "\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\x00",
    "\r\n\r\n",
    "\n\n",
    "%0d%0a",
    "=0D=0A",
    "\\r\\n",
    "\u560d\u560a",
)
ATTACKS = (
    "Bcc: evil@attacker.example", "RCPT TO:<evil@attacker.example>", ".\r\nMAIL FROM:<evil@attacker.example>",
    ".\nMAIL FROM:<evil@attacker.example>", "\r.\rMAIL FROM:<evil@attacker.example>", "DATA", "RSET", "QUIT",
    "To: evil@attacker.example", "> BODY=8BITMIME\r\nRCPT TO:<evil@attacker.example", "<evil@attacker.example>",
    "Content-Type: text/html", "Subject: =?utf-8?q?=0D=0ABcc:_evil@attacker.example?=", "--=_boundary", ".", "..",
    "evil@attacker.example, ", "\"<evil@attacker.example>\"", "(comment)", "\\\" evil", ", evil@attacker.example",
)  # fmt: skip
ROUNDS_PER_FIELD = 200  # 3,000 mails in all


def payloads(field: str) -> list[str]:
    chance = random.Random(field)
    return [_payload(chance) for _number in range(ROUNDS_PER_FIELD)]


def _payload(chance: random.Random) -> str:
    parts = [chance.choice(("", "Anna", "é", "a@b.example", " ", ">"))]
    for _part in range(chance.randint(1, 4)):
        parts += [chance.choice(ENDS), chance.choice(ATTACKS)]
    return "".join(parts) + chance.choice(("", "\r\n", "\n", "."))


def _letter(field: str, payload: str) -> Letter:
    """A mail with the payload in one field. Raises InvalidInput where it cannot be made."""
    given = {"from_address": SENDER, "recipient": RECIPIENT, "reply_to": "reply@postroom.example", "subject": "Hello"}
    given |= {"unsubscribe_url": "https://postroom.example/u/1", "message_id": "1.2.postroom@postroom.example"}
    given |= {"file_name": "plan.pdf", "content_type": "application/pdf", "extra": "77", field: payload}
    skeleton = MimeSkeleton(
        sender=Mailbox(given.get("from_name", "Office"), given["from_address"]),
        reply_to=Mailbox(given.get("reply_name", ""), given["reply_to"]),
        subject=Segments((given["subject"] + " ", ""), ("name",)),
        text=Segments((given.get("text", "Dear "), ""), ("name",)),
        html=Segments(("<p>" + given.get("html", "Dear "), "</p>"), ("name",)),
        attachments=[Attachment(given["file_name"], given["content_type"], b"%PDF-\r\n.\r\n")],
    )
    headers = RecipientHeaders(
        to=Mailbox(given.get("to_name", ""), given["recipient"]),
        message_id=given["message_id"],
        sent_at=_now(),
        unsubscribe_url=given["unsubscribe_url"],
        extra={"X-Postroom-Attempt": given["extra"]},
    )
    return Letter(
        given["from_address"], given["recipient"], skeleton.pieces({"name": given.get("value", "Anna")}, headers)
    )


def _now():
    from datetime import UTC, datetime

    return datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("field", FIELDS)
def test_the_sink_holds_exactly_the_expected_headers_and_recipients(field):
    tried = payloads(field)
    with ScriptedServer() as server:
        session = open_session(ServerSettings(server.port), watcher=NoWatcher(), patience=HURRIED)
        dialogue = Dialogue(len(tried), lambda number: _letter(field, tried[number]), session.features)
        problem = session.carry_out(dialogue, Turn(time.monotonic() + 60, NoWatcher()))
        session.close()
    assert problem == ""
    assert len(dialogue.answers) + len(dialogue.unfit) == len(tried)
    assert all(isinstance(error, InvalidInput) for error in dialogue.unfit.values())
    assert len(server.accepted) == sum(answer.is_accepted for answer in dialogue.answers.values())
    for mail in server.accepted:
        assert_unharmed(mail, field)
    verbs = {command.split(" ")[0].split(":")[0] for command in server.commands}
    assert verbs <= {"EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT"}


def assert_unharmed(mail, field: str) -> None:
    if field != "recipient":
        assert mail.recipients == (RECIPIENT,)
    assert len(mail.recipients) == 1
    found = message_from_bytes(mail.message, policy=SMTP)
    assert sorted(found.keys()) == sorted(EXPECTED)
    assert found.get_content_type() == "multipart/mixed"
    shown = [part.get_content_type() for part in found.walk()][:5]
    assert shown[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
    assert len(shown) == 5
    assert b"\n" not in mail.message.replace(b"\r\n", b"")
    assert b"\r" not in mail.message.replace(b"\r\n", b"")


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r\n.\r\n", ".\r\n", "\r.\n"])
@pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_message_of_any_bytes_stays_one_message(end, features):
    smuggled = (
        f"Subject: a\r\n\r\nfirst{end}MAIL FROM:<evil@attacker.example>\r\nRCPT TO:<e@a.example>\r\nDATA\r\n{end}"
    )
    with ScriptedServer(Script(features=features)) as server:
        session = open_session(ServerSettings(server.port), watcher=NoWatcher(), patience=HURRIED)
        pieces = [
            [smuggled.encode()],
            [part.encode() for part in smuggled],
            [b"x" * 90_000 + end.encode(), b".", b"\n."],
        ]
        dialogue = Dialogue(3, lambda number: Letter(SENDER, RECIPIENT, pieces[number]), session.features)
        assert session.carry_out(dialogue, Turn(time.monotonic() + 60, NoWatcher())) == ""
        session.close()
    assert server.recipients == [RECIPIENT] * 3
    plain = smuggled.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode()
    assert [mail.message.removesuffix(b"\r\n") for mail in server.accepted[:2]] == [plain.removesuffix(b"\r\n")] * 2


@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_an_address_cannot_end_its_command(field):
    chance = random.Random(field)
    tried = [f"anna{_payload(chance)}@club.example" for _number in range(500)]
    message = b"Subject: a\r\n\r\nb\r\n"
    with ScriptedServer() as server:
        session = open_session(ServerSettings(server.port), watcher=NoWatcher(), patience=HURRIED)

        def letter_of(number: int) -> Letter:
            people = {"sender": SENDER, "recipient": RECIPIENT, field: tried[number]}
            return Letter(people["sender"], people["recipient"], [message])

        dialogue = Dialogue(500, letter_of, session.features)
        session.carry_out(dialogue, Turn(time.monotonic() + 60, NoWatcher()))
        session.close()
    assert dialogue.unfit
    for mail in server.accepted:
        paths = (mail.sender, *mail.recipients)
        assert len(paths) == 2
        assert not any(character in "".join(paths) for character in "\r\n\0<> ")
        size = f"SIZE={len(message)}"
        assert mail.parameters in {size, f"{size} BODY=8BITMIME SMTPUTF8"}
