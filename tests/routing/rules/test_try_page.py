"""“Where would this go?”: an address, a mail, and the examples that are kept."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from routing.inbound.models import InboundMessage
from routing.rules.models import SavedExample
from tests.factories.inbound import make_rule

pytestmark = pytest.mark.django_db
TRY = reverse("admin:routing_routingrule_try")
SPAM = {"kind": "verdict", "verdict": "spam", "statuses": ["FAIL"]}


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(response.content.decode())))


def test_an_address_is_answered_with_every_key_that_was_tried(operator):
    make_rule("info@example.com", {"kind": "drop"}, conditions=[SPAM])
    make_rule("*@example.com", {"kind": "store"})
    page = text_of(operator.get(TRY, {"address": "Info+42@EXAMPLE.com"}))
    assert "Store only" in page
    assert "info+42@example.com address with its tag There is no rule for it." in page
    assert "nothing in it fits this mail" in page
    assert "spam check: failed" in page
    assert "*@example.com every address of the domain This decides." in page


def test_the_checks_of_ses_can_be_chosen(operator):
    make_rule("info@example.com", {"kind": "drop"}, conditions=[SPAM])
    assert "Drop" in text_of(operator.get(TRY, {"address": "info@example.com", "spam": "FAIL"}))


def test_a_mail_as_a_file_is_read_and_nothing_of_it_is_kept(operator):
    header = {"kind": "header", "name": "list-id", "test": "exists", "value": ""}
    make_rule("info@example.com", {"kind": "drop"}, conditions=[header])
    raw = b"From: ann@customer.example\r\nTo: Info <info@example.com>\r\nList-Id: <x.list.example>\r\n\r\nHello\r\n"
    response = operator.post(TRY, {"mail": SimpleUploadedFile("order.eml", raw)})
    assert "Drop" in text_of(response)
    assert "the header list-id is there" in text_of(response)
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"no header at all", b"To: \xff\r\n\r\n", b"\r\n" * 10])
def test_a_file_that_is_no_mail_asks_for_the_address(operator, raw):
    response = operator.post(TRY, {"mail": SimpleUploadedFile("odd.eml", raw)})
    assert response.status_code in {200, 422}
    assert "address" in text_of(response)


def test_what_was_tried_is_kept_as_an_example_and_forgotten_again(operator):
    make_rule("info@example.com", {"kind": "store"})
    page = operator.get(TRY, {"address": "info@example.com", "sender": "ann@customer.example"}).content.decode()
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
    operator.post(reverse("admin:routing_routingrule_keep"), {"kept": kept, "name": "Orders"})
    example = SavedExample.objects.get()
    assert (example.name, example.expected, example.expected_key) == ("Orders", [{"kind": "store"}], "info@example.com")
    operator.post(reverse("admin:routing_routingrule_example", args=[example.pk]), {"deed": "delete"})
    assert not SavedExample.objects.exists()


def test_a_forged_example_is_not_kept(operator):
    operator.post(reverse("admin:routing_routingrule_keep"), {"kept": "forged", "name": "Orders"})
    assert not SavedExample.objects.exists()


def test_an_example_that_goes_elsewhere_is_shown_and_can_be_brought_up_to_date(operator):
    make_rule("info@example.com", {"kind": "store"})
    example = SavedExample.objects.create(name="Orders", recipient="info@example.com", expected=[{"kind": "drop"}])
    assert "goes elsewhere now" in text_of(operator.get(TRY))
    operator.post(reverse("admin:routing_routingrule_example", args=[example.pk]), {"deed": "accept"})
    assert "goes elsewhere now" not in text_of(operator.get(TRY))
