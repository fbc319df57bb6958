from __future__ import annotations

import base64
from email import message_from_bytes, policy

import pytest

from campaigns.sending.models import Campaign
from campaigns.transactional.orders import AttachedFile, MessageSender
from portal.errors import InvalidInput
from tests.factories.attachments import PDF, make_stored_file
from tests.factories.relays import make_relay
from tests.factories.transactional import make_message

pytestmark = pytest.mark.django_db


def file(name: str = "receipt.pdf", content: bytes = PDF, content_id: str = "") -> AttachedFile:
    return AttachedFile(make_stored_file(content, name=name), name, "application/pdf", content_id)


def test_a_message_arrives_with_its_file(ses, hints):
    make_message(attachments=[file()])
    hints.run_all()
    raw = base64.b64decode(ses.requests[0]["Content"]["Raw"]["Data"])
    [arrived] = message_from_bytes(raw, policy=policy.default).iter_attachments()
    assert (arrived.get_filename(), arrived.get_content()) == ("receipt.pdf", PDF)


@pytest.mark.parametrize(("files", "reason"), [
    ([("setup.exe", b"MZ", "")], "SES refuses"),
    ([("a.png", b"x", "no host")], "content id"),
    ([("a.png", b"x", "x@y.example"), ("b.png", b"y", "x@y.example")], "same content id"),
    ([("a.bin", b"a" * 15_000_000, ""), ("b.bin", b"b" * 15_000_000, "")], "at most"),
])  # fmt: skip
def test_a_message_that_could_never_leave_is_refused_and_not_kept(files, reason):
    with pytest.raises(InvalidInput, match=reason):
        make_message(attachments=[file(*each) for each in files])
    assert not Campaign.objects.exists()


def test_a_relay_is_asked_nothing_of_ses():
    sender = MessageSender("shop@postroom.example", account=make_relay().account)
    make_message(attachments=[file("setup.exe", b"MZ")], sender=sender)
    assert Campaign.objects.exists()
