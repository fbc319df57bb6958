"""Both headers of RFC 8058 on every campaign mail, whichever way it goes out; read from what the provider was handed."""

from __future__ import annotations

import base64
import email

import pytest

from campaigns.preferences.links import read_token
from campaigns.sending.models import Delivery
from tests.factories.running import running_campaign, send_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(settings):
    settings.SEND_GRACE_S = 0
    settings.PUBLIC_URL = "https://post.club.example"


def check(headers: dict[str, str], address: str) -> None:
    link = headers["List-Unsubscribe"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("<https://post.club.example/u/")
    assert link.endswith(">")
    delivery = Delivery.objects.get(pk=read_token(link.rpartition("/")[2].removesuffix(">")))
    assert delivery.address == address


def test_mails_of_a_group_carry_them(ses):
    send_all(running_campaign(3))
    entries = [entry for request in ses.requests for entry in request["BulkEmailEntries"]]
    assert len(entries) == 3
    for entry in entries:
        headers = {header["Name"]: header["Value"] for header in entry["ReplacementHeaders"]}
        check(headers, entry["Destination"]["ToAddresses"][0])


def test_a_mail_sent_by_itself_carries_them(ses):
    send_all(running_campaign(1))
    (request,) = ses.requests
    message = email.message_from_bytes(base64.b64decode(request["Content"]["Raw"]["Data"]))
    check(dict(message.items()), request["Destination"]["ToAddresses"][0])
