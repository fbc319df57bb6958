"""Pictures in the browser: dropped and uploaded, chosen while writing, shown in the preview."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.images.models import Image
from portal.roles import MARKETER
from tests.browser.look import LOOKS, Complaints, axe_findings, csp_violations, sideways_scroll
from tests.factories.campaign_pages import a_template
from tests.factories.images import a_picture_shelf, make_image, picture_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_file(name: str, **looks: Any) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": picture_file(**looks)}


def opened(window, address: str, look: str = "light"):
    tab = window(role=MARKETER, look=LOOKS[look]).new_page()
    tab.goto(address)
    return tab


def test_a_chosen_picture_is_sent_and_its_words_are_asked_for(window):
    tab = opened(window, reverse("admin:campaigns_image_changelist"))
    tab.locator("#image-files").set_input_files(a_file("Lake.png", width=2000, height=1000))
    tab.wait_for_url("**/change/")
    expect(tab.get_by_text("2,000 × 1,000 px")).to_be_visible()
    tab.fill("#id_alt_text", "A lake")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".image-alt")).to_have_text("A lake")
    assert Image.objects.get().alt_text == "A lake"
    assert csp_violations(tab) == []


def test_of_several_pictures_those_that_cannot_be_used_are_named_and_the_others_kept(window):
    tab = opened(window, reverse("admin:campaigns_image_changelist"))
    script = {"name": "evil.png", "mimeType": "image/png", "buffer": b"<svg onload='alert(1)'/>"}
    tab.locator("#image-files").set_input_files([a_file("one.png"), script, a_file("two.png", colour="red")])
    problem = tab.get_by_role("alert")
    expect(problem).to_contain_text("evil.png: This is a drawing or a page written in code")
    expect(tab.locator("[data-image-state]")).to_be_hidden()
    assert Image.objects.count() == 2
    assert csp_violations(tab) == []


def test_a_dropped_picture_is_taken(window):
    tab = opened(window, reverse("admin:campaigns_image_changelist"))
    tab.evaluate(
        """([bytes]) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
          document.querySelector("[data-drop-zone]").dispatchEvent(event);
        }""",
        [list(picture_file())],
    )
    tab.wait_for_url("**/change/")
    assert Image.objects.get().name == "dropped.png"


@pytest.fixture
def writing(window):
    template = a_template()
    tab = opened(window, reverse("admin:campaigns_template_change", args=[template.pk]))
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+End")
    return tab


def test_a_picture_is_chosen_by_keyboard_and_stands_in_the_text_and_the_preview(writing):
    image = make_image(name="Lake.png", alt_text="A lake")
    complaints = Complaints()
    complaints.listen(writing)
    writing.locator("[data-image-picker]").press("Enter")
    expect(writing.locator(".picker-item")).to_have_count(1)
    assert axe_findings(writing) == []
    writing.locator("#picker-search").press("Tab")
    writing.keyboard.press("Space")
    expect(writing.locator("#picker-alt")).to_have_value("A lake")
    writing.locator("#picker-alt").press("Enter")
    assert writing.input_value("#id_body").endswith(f"![A lake]({image.reference})")
    frame = writing.frame_locator("iframe[data-preview-frame]:not(.is-loading)")
    shown = frame.get_by_alt_text("A lake")
    expect(shown).to_be_visible()
    assert shown.get_attribute("src").endswith(f"/i/{image.key}/{image.file_name}")
    assert complaints.said == []
    assert csp_violations(writing) == []


def test_a_picture_without_words_is_not_inserted_and_its_new_words_are_kept(writing):
    image = make_image(alt_text="")
    writing.locator("[data-image-picker]").click()
    writing.locator(".picker-item").click()
    writing.get_by_role("button", name="Insert", exact=True).click()
    expect(writing.locator(".picker-error")).to_contain_text("Say what the picture shows")
    writing.fill("#picker-alt", 'A "wood" [deep]')
    with writing.expect_response("**/describe/"):
        writing.get_by_role("button", name="Insert", exact=True).click()
    assert f'![A "wood" (deep)]({image.reference})' in writing.input_value("#id_body")
    image.refresh_from_db()
    assert image.alt_text == 'A "wood" [deep]'


def test_own_html_gets_a_tag_with_a_width(writing):
    image = make_image(width=900, height=400, alt_text="A lake")
    writing.get_by_label("own HTML").check()
    writing.locator("[data-image-picker]").click()
    writing.locator(".picker-item").click()
    writing.select_option("#picker-width", "300")
    writing.get_by_role("button", name="Insert", exact=True).click()
    assert f'<img src="{image.reference}" alt="A lake" width="300" border="0">' in writing.input_value("#id_body")


def test_a_picture_is_uploaded_while_writing(writing):
    writing.locator("[data-image-picker]").click()
    writing.locator("#image-files").set_input_files(a_file("new.png"))
    expect(writing.locator("#picker-alt")).to_be_focused()
    writing.fill("#picker-alt", "New")
    writing.keyboard.press("Enter")
    assert f"![New]({Image.objects.get().reference})" in writing.input_value("#id_body")


@pytest.mark.parametrize("look", ["dark", "phone"])
def test_the_picker_fits_every_window(window, look):
    a_picture_shelf()
    template = a_template()
    tab = opened(window, reverse("admin:campaigns_template_change", args=[template.pk]), look)
    tab.locator("[data-image-picker]").click()
    expect(tab.locator(".picker-item")).to_have_count(3)
    tab.locator(".picker-item").first.click()
    assert axe_findings(tab) == []
    assert sideways_scroll(tab) <= 0
