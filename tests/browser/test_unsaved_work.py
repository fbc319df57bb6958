"""Nothing typed is lost: kept while typing, offered after the tab was closed, two people told of each other."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.editing.models import UnsavedDraft
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign
from portal.roles import MARKETER, OPERATOR
from tests.browser.look import axe_findings, csp_violations
from tests.factories.campaign_pages import a_draft, a_template

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_template(context, template):
    tab = context.new_page()
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    expect(tab.locator(".cm-content")).to_be_visible()
    return tab


def write(tab, text):
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+End")
    tab.keyboard.type(text)


def test_text_typed_a_moment_before_the_tab_was_closed_is_offered_and_restored(window):
    template, context = a_template(), window(role=MARKETER)
    tab = open_template(context, template)
    write(tab, "only typed")
    expect(tab.locator("[data-kept]")).to_contain_text("Kept at")
    tab.close()
    tab = open_template(context, template)
    expect(tab.locator("[data-unsaved]")).to_be_visible()
    assert "only typed" not in tab.input_value("#id_body")
    assert axe_findings(tab) == []
    tab.get_by_role("link", name="Restore").click()
    expect(tab.locator(".cm-content")).to_contain_text("only typed")
    assert "only typed" not in Template.objects.get(pk=template.pk).body


def test_what_is_typed_just_before_leaving_is_kept_without_a_question(window):
    template, context = a_template(), window(role=MARKETER)
    tab = open_template(context, template)
    asked = []

    def go_on(dialog):
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", go_on)
    write(tab, "in a hurry")
    tab.goto(reverse("admin:campaigns_template_changelist"))
    tab = open_template(context, template)
    expect(tab.locator("[data-unsaved]")).to_be_visible()
    assert asked == []
    assert csp_violations(tab) == []


def test_while_the_portal_cannot_be_reached_the_browser_keeps_it(window):
    template, context = a_template(), window(role=MARKETER)
    tab = open_template(context, template)
    # Not tab.route(): what a closing tab sends last may pass it by.
    tab.evaluate("window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); null")
    write(tab, "on the train")
    expect(tab.locator("[data-kept]")).to_contain_text("Kept in this browser")
    tab.close()
    assert not UnsavedDraft.objects.exists()
    tab = open_template(context, template)
    expect(tab.locator("[data-unsaved]")).to_be_visible()
    assert "on the train" in UnsavedDraft.objects.get().fields["body"][0]


def test_saving_leaves_nothing_to_restore(window):
    template, context = a_template(), window(role=MARKETER)
    tab = open_template(context, template)
    write(tab, "well kept")
    expect(tab.locator("[data-kept]")).to_contain_text("Kept at")
    with tab.expect_navigation():
        tab.keyboard.press("Control+s")
    expect(tab.locator(".cm-content")).to_contain_text("well kept")
    expect(tab.locator("[data-unsaved]")).to_be_hidden()
    assert not UnsavedDraft.objects.exists()


def test_thrown_away_is_gone(window):
    template, context = a_template(), window(role=MARKETER)
    tab = open_template(context, template)
    write(tab, "no good")
    expect(tab.locator("[data-kept]")).to_contain_text("Kept at")
    tab.close()
    tab = open_template(context, template)
    tab.get_by_role("button", name="Throw away").click()
    expect(tab.locator("[data-unsaved]")).to_be_hidden()
    assert not UnsavedDraft.objects.exists()


def test_a_new_campaign_is_kept_with_its_audience(window):
    members = a_draft().include_lists.get()
    context = window(role=MARKETER)
    tab = context.new_page()
    tab.goto(reverse("admin:campaigns_campaign_add"))
    tab.fill("#id_name", "Autumn letter")
    tab.check(f"input[name=include_lists][value='{members.pk}']")
    expect(tab.locator("[data-kept]")).to_contain_text("Kept at")
    tab.close()
    tab = context.new_page()
    tab.goto(reverse("admin:campaigns_campaign_add"))
    tab.get_by_role("link", name="Restore").click()
    expect(tab.locator("#id_name")).to_have_value("Autumn letter")
    expect(tab.locator(f"input[name=include_lists][value='{members.pk}']")).to_be_checked()
    assert not Campaign.objects.filter(name="Autumn letter").exists()


def test_two_people_are_told_and_the_second_overwrites_nothing(window):
    template = a_template()
    kim = open_template(window(role=MARKETER), template)
    robin = open_template(window(role=OPERATOR), template)
    expect(robin.locator("[data-others]")).to_contain_text("a-marketer is editing this too")
    write(kim, "kim was here")
    with kim.expect_navigation():
        kim.keyboard.press("Control+s")
    write(robin, "robin was here")
    with robin.expect_navigation():
        robin.keyboard.press("Control+s")
    clash = robin.locator(".clash")
    expect(clash).to_contain_text("a-marketer saved this while you wrote")
    expect(clash.locator("del")).to_contain_text("kim was here")
    expect(clash.locator("ins")).to_contain_text("robin was here")
    assert "kim was here" in Template.objects.get(pk=template.pk).body
    assert axe_findings(robin) == []
    with robin.expect_navigation():
        robin.get_by_role("button", name="Keep mine").click()
    assert "robin was here" in Template.objects.get(pk=template.pk).body
