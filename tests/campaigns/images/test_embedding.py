from __future__ import annotations

import base64
from email import message_from_bytes, policy

import pytest

from campaigns.images import checks, embedding
from campaigns.images.addresses import for_our_pages, portal_path, public_url
from campaigns.images.checks import embedding_points
from campaigns.images.embedding import embedded_images, embedded_weight
from campaigns.images.references import MAIL_WIDTH_PX, content_id
from campaigns.messages.checks import Level
from campaigns.messages.models import Template
from campaigns.messages.services import compiled_source, draft_source, freeze_message, message_source
from campaigns.sending import sender, services
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignStatus
from campaigns.sending.sweep import sweep_campaigns
from campaigns.sending.trials import send_tests
from portal.errors import InvalidInput, Unavailable
from portal.files import delete_file, open_file
from tests.factories.images import make_image
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def html_of(body: str, **fields) -> str:
    template = Template(subject="x", body=body, **fields)
    return "".join(compiled_source(draft_source(template)).html.literals)


def bytes_of(image) -> bytes:
    with open_file(image.file_key) as stream:
        return stream.read()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("markdown", "![A lake]({})"),
        ("html", '<p><img src="{}" alt="A lake"></p>'),
        (
            "mjml",
            '<mjml><mj-body><mj-section><mj-column><mj-image src="{}" alt="A lake" /></mj-column></mj-section></mj-body></mjml>',
        ),
    ],
)
def test_a_message_of_each_kind_shows_the_image_from_its_public_address(kind, body):
    image = make_image()
    assert f'src="{public_url(image)}"' in html_of(body.format(image.reference), kind=kind)


def test_the_name_in_a_reference_is_for_people_only():
    image = make_image()
    for written in (f"image:{image.key}", f"image:{image.key}/", f"image:{image.key}/anything.gif"):
        assert f'src="{public_url(image)}"' in html_of(f"![x]({written})")


def test_an_image_that_nobody_has_stays_as_it_was_written():
    assert f'src="image:{"a" * 26}/x.png"' in html_of(f"![x](image:{'a' * 26}/x.png)")


def test_markdown_says_how_wide_it_is_for_programs_that_would_show_it_as_it_is():
    wide, narrow = make_image(width=900, height=100), make_image(width=80, height=20)
    html = html_of(f"![x]({wide.reference}) ![x]({narrow.reference})")
    assert f'width="{MAIL_WIDTH_PX}"' in html
    assert 'width="80"' in html


def test_the_text_part_has_the_words_instead():
    image = make_image()
    template = Template(subject="x", body=f"![A lake in the morning]({image.reference})")
    text = "".join(compiled_source(draft_source(template)).text.literals)
    assert "A lake in the morning" in text
    assert "image:" not in text


def started(body: str, *, people: int, **fields):
    campaign = make_campaign(body=body, is_to_everybody=True, **fields)
    for number in range(people):
        make_contact(f"kim{number}@club.example")
    return services.start_campaign(campaign.pk, actor=None)


def test_a_bulk_call_carries_the_image_once_for_its_whole_group(ses, hints, settings):
    settings.SEND_GRACE_S = 0
    image = make_image()
    campaign = started(f"![x]({image.reference})", people=7, embeds_images=True)
    hints.run_all()
    campaign.refresh_from_db()
    first, *_later = ses.requests
    template = first["DefaultContent"]["Template"]
    [attachment] = template["Attachments"]
    assert campaign.status == CampaignStatus.COMPLETED
    assert len(ses.recipients()) == 7 > len(ses.requests)
    assert attachment["ContentDisposition"] == "INLINE"
    assert base64.b64decode(attachment["RawContent"]) == bytes_of(image)
    assert f'src="cid:{attachment["ContentId"]}"' in template["TemplateContent"]["Html"]


def test_a_single_mail_has_the_image_beside_the_html_that_shows_it(ses, hints, settings):
    settings.SEND_GRACE_S = 0
    image = make_image()
    started(f"![x]({image.reference})", people=1, embeds_images=True)
    hints.run_all()
    raw = base64.b64decode(ses.requests[0]["Content"]["Raw"]["Data"])
    message = message_from_bytes(raw, policy=policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    *_others, picture = message.walk()
    assert picture["Content-ID"] == f"<{content_id(image.key)}>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content() == bytes_of(image)
    assert f'src="cid:{content_id(image.key)}"' in message.get_body(("html",)).get_content()


def test_without_the_switch_a_mail_carries_nothing(ses, hints, settings):
    settings.SEND_GRACE_S = 0
    started(f"![x]({make_image().reference})", people=3)
    hints.run_all()
    assert "Attachments" not in ses.requests[0]["DefaultContent"]["Template"]


def test_a_frozen_message_keeps_its_images_and_the_switch():
    image = make_image()
    campaign = make_campaign(body=f"![x]({image.reference})", embeds_images=True)
    version = freeze_message(campaign, None)
    campaign.embeds_images = False
    message = compiled_source(message_source(version, draft_source(campaign).layout))
    assert [attachment.filename for attachment in embedded_images(message)] == [image.file_name]


def test_how_much_an_embedded_image_makes_of_a_campaign():
    image = make_image()
    template = Template(subject="x", body=f"![x]({image.reference})", embeds_images=True)
    weight = embedded_weight(compiled_source(draft_source(template)))
    assert weight.image_count == 1
    assert image.size_bytes * 1.3 < weight.bytes_per_mail < image.size_bytes * 1.4 + 2
    assert weight.bytes_for(45_000) == 45_000 * weight.bytes_per_mail


def test_the_review_says_what_embedding_costs_and_when_it_is_too_much(monkeypatch):
    template = Template(subject="x", body=f"![x]({make_image().reference})", embeds_images=True)
    source = draft_source(template)
    [point] = embedding_points(source, 45_000)
    assert (point.level, point.code) == (Level.GOOD, "embedded")
    assert "for 45,000 people" in point.text
    monkeypatch.setattr(checks, "LIGHT_BYTES", 10)
    assert [point.code for point in embedding_points(source, 1)] == ["embedded_heavy"]
    monkeypatch.setattr(checks, "MAX_EMBEDDED_BYTES", 10)
    assert [point.level for point in embedding_points(source, 1)] == [Level.BAD]
    template.embeds_images = False
    assert list(embedding_points(draft_source(template), 1)) == []


@pytest.mark.parametrize("is_embedded", [True, False])
def test_a_preview_fetches_images_from_the_portal_whatever_mails_do(is_embedded, settings):
    settings.PUBLIC_URL = "http://elsewhere.example"
    image = make_image()
    template = Template(subject="x", body=f"![x]({image.reference})", embeds_images=is_embedded)
    html = compiled_source(draft_source(template)).render({}).html
    assert f'src="{portal_path(image)}"' in for_our_pages(html)


def test_images_too_heavy_for_a_mail_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(embedding, "MAX_EMBEDDED_BYTES", 10)
    template = Template(subject="x", body=f"![x]({make_image().reference})", embeds_images=True)
    with pytest.raises(InvalidInput, match="larger than"):
        embedded_images(compiled_source(draft_source(template)))


def test_a_storage_that_does_not_answer_for_the_moment_pauses_nothing(monkeypatch, ses, hints, settings):
    settings.SEND_GRACE_S = 0
    campaign = started(f"![x]({make_image().reference})", people=2, embeds_images=True)

    def does_not_answer(_message):
        raise Unavailable("no answer", service="s3")

    with monkeypatch.context() as patched:
        patched.setattr(sender, "embedded_images", does_not_answer)
        hints.run_all()
    assert ses.requests == []
    assert Campaign.objects.get().status == CampaignStatus.IN_PROGRESS
    Chunk.objects.update(retry_at=None)
    sweep_campaigns()
    hints.run_all()
    campaign.refresh_from_db()
    assert (campaign.status, len(ses.recipients())) == (CampaignStatus.COMPLETED, 2)


def test_tests_to_many_guests_read_an_image_once(monkeypatch, ses, hints):
    campaign = make_campaign(body=f"![x]({make_image().reference})", embeds_images=True)
    opened = []

    def open_and_note(key):
        opened.append(key)
        return open_file(key)

    monkeypatch.setattr(embedding, "open_file", open_and_note)
    send_tests(campaign, [f"guest{number}@club.example" for number in range(5)], contact_id=None, actor=None)
    hints.run_all()
    assert len(ses.recipients()) == 5
    assert len(opened) == 1


def test_a_campaign_whose_image_is_lost_stands_still_and_says_so(ses, hints, settings):
    settings.SEND_GRACE_S = 0
    image = make_image()
    campaign = started(f"![x]({image.reference})", people=2, embeds_images=True)
    delete_file(image.file_key)
    hints.run_all()
    campaign.refresh_from_db()
    assert (campaign.status, ses.requests) == (CampaignStatus.PAUSED, [])
    assert image.file_name in campaign.status_reason
