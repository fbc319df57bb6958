from __future__ import annotations

import pytest

from campaigns.approval.fingerprint import fingerprints_of
from campaigns.attachments.checks import file_points, mass_points
from campaigns.attachments.dangers import dangers_of
from campaigns.attachments.limits import SES_LIMIT_BYTES, mail_limit_bytes
from campaigns.attachments.loading import encoded_attachments
from campaigns.attachments.personal import set_personal
from campaigns.attachments.weight import MailWeight, weigh_mail
from campaigns.messages.checks import Level
from campaigns.messages.services import compiled_source, draft_source, freeze_message
from campaigns.sending.outcomes import Envelope, Outgoing
from campaigns.sending.review import require_sendable
from campaigns.sending.transports.mime import MailMaker
from portal.errors import InvalidInput
from tests.factories.attachments import PDF, attach_file, give_own_files, zip_file
from tests.factories.relays import make_relay
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def codes(campaign) -> dict[str, Level]:
    return {point.code: point.level for point in file_points(campaign)}


def test_a_campaign_without_files_says_nothing_of_them():
    campaign = make_campaign()
    assert [*file_points(campaign), *mass_points(campaign, 100, None)] == []


def test_harmless_files_are_only_weighed():
    campaign = make_campaign()
    attach_file(campaign)
    assert codes(campaign) == {}
    [point] = mass_points(campaign, 1_000, None)
    assert point.level is Level.GOOD
    assert "1,000" in point.text
    assert "SES charges about" in point.text


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.pdf", b"MZ\x90", "attachment_unlike"),
    ("a.iso", b"x", "attachment_runs"),
    ("a.pdf.iso", b"x", "attachment_hidden_ending"),
    ("a.docm", zip_file({"[Content_Types].xml": b"x", "word/vbaProject.bin": b"x"}).getvalue(), "attachment_macros"),
    ("a.zip", zip_file({"setup.exe": b"x"}).getvalue(), "attachment_program_inside"),
    ("a.pdf", b"%PDF-1 /Encrypt 5 0 R", "attachment_encrypted"),
])  # fmt: skip
def test_a_dangerous_file_is_warned_about(name, content, code):
    campaign = make_campaign()
    attach_file(campaign, name, content)
    assert codes(campaign)[code] is Level.WARN


@pytest.mark.parametrize("name", ["a.exe", "a.JS", "a.vbs", "a.pdf.scr"])
def test_what_ses_refuses_blocks_send_on_ses_only(name):
    campaign = make_campaign()
    attachment = attach_file(campaign, name, b"MZ")
    assert codes(campaign)["attachment_refused"] is Level.BAD
    with pytest.raises(InvalidInput, match="SES refuses"):
        require_sendable(campaign)
    through_relay = dangers_of(attachment, through_ses=False)
    assert through_relay
    assert not any(danger.is_refused for danger in through_relay)


def test_dangers_of_personal_files_are_said_too():
    campaign = make_campaign()
    give_own_files(campaign, {f"{number}.exe": b"MZ%d" % number for number in range(5)})
    [point] = [point for point in file_points(campaign) if point.code == "attachment_refused"]
    assert "And 2 more." in point.text
    set_personal(campaign.pk, field_name="", when_missing="", actor=None)
    assert codes(campaign) == {}


def test_a_mail_over_the_limit_blocks_send_and_one_over_ten_megabytes_asks():
    campaign = make_campaign()
    attach_file(campaign, "a.bin", b"a" * 9_000_000)
    assert codes(campaign) == {"attachments_heavy": Level.WARN}
    attach_file(campaign, "b.bin", b"b" * 22_000_000)
    assert codes(campaign) == {"attachments_too_large": Level.BAD}


@pytest.mark.parametrize(("over_bytes", "is_too_large"), [(0, False), (1, True)])
def test_the_limit_is_the_last_size_that_fits(over_bytes, is_too_large):
    weight = MailWeight(4_000, 0, SES_LIMIT_BYTES - 4_000 + over_bytes, 0, SES_LIMIT_BYTES)
    assert weight.is_too_large is is_too_large


def test_a_mail_is_never_larger_than_it_was_weighed():
    campaign = make_campaign(body="Grüße an alle! " * 200)
    attach_file(campaign, "Übersicht " + "ü" * 150 + ".pdf")
    attach_file(campaign, "b.bin", b"b" * 100_001)
    message = compiled_source(draft_source(campaign))
    version = freeze_message(campaign, None)
    envelope = Envelope("", "office@postroom.example", "", "", campaign.pk, is_one_click=True)
    maker = MailMaker(message, envelope, encoded_attachments(version.pk, message))
    values = {"first_name": "Kim", "address": "kim@club.example", "unsubscribe_url": "https://x.example/u/" + "x" * 80}
    outgoing = Outgoing(1, "kim@club.example", message.hole_values(values), values["unsubscribe_url"])
    real_bytes = len(maker.mail_bytes(outgoing, attempt_id=1))
    assert real_bytes <= weigh_mail(campaign, message).total_bytes <= real_bytes + 10_000


def test_the_largest_personal_file_counts():
    campaign = make_campaign()
    give_own_files(campaign, {"small.bin": b"s", "large.bin": b"l" * 29_500_000})
    assert codes(campaign) == {"attachments_too_large": Level.BAD}


def test_a_relay_has_a_limit_of_its_own():
    relay = make_relay(size_limit_bytes=5_000_000)
    campaign = make_campaign(account=relay.account)
    attach_file(campaign, "a.bin", b"a" * 4_000_000)
    assert mail_limit_bytes(relay.account) == 5_000_000
    assert codes(campaign) == {"attachments_too_large": Level.BAD}


def test_what_the_server_of_a_relay_said_counts_where_nobody_set_a_limit():
    relay = make_relay()
    assert mail_limit_bytes(relay.account) == 25 * 1024**2
    relay.server_size_bytes = 35_882_577
    relay.save()
    relay.account.refresh_from_db()
    assert mail_limit_bytes(relay.account) == 35_882_577


def test_whoever_approves_a_campaign_approves_its_files():
    campaign = make_campaign()
    seen = [fingerprints_of(campaign)["message"]]
    attach_file(campaign)
    seen.append(fingerprints_of(campaign)["message"])
    give_own_files(campaign, {"A-1.pdf": PDF})
    seen.append(fingerprints_of(campaign)["message"])
    give_own_files(campaign, {"A-1.pdf": PDF + b"!"})
    seen.append(fingerprints_of(campaign)["message"])
    assert len(set(seen)) == 4


def test_the_check_names_people_without_a_file():
    from campaigns.attachments.personal import coverage_of

    campaign = make_campaign(is_to_everybody=True)
    give_own_files(campaign, {"A-1.pdf": PDF})
    make_contact(attributes={"invoice": "A-1.pdf"})
    codes_of = [point.code for point in mass_points(campaign, 1, coverage_of(campaign))]
    assert codes_of == ["personal_files", "attachments"]
