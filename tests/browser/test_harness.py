"""The browser tests find what they are there to find, and tests that share a tab leave nothing to each other."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience.models import ContactList
from tests.browser.first_state import FirstState
from tests.browser.look import LOOKS, Complaints, axe_findings, csp_violations, heard, sideways_scroll
from tests.browser.page import Page, at
from tests.browser.poison import poison_everything
from tests.browser.test_cross_site_scripting import what_runs
from tests.browser.test_pages import findings
from tests.factories.audience import make_list

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(window):
    tab = window(role=None, look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:login"))
    return tab


def test_an_inline_style_is_a_violation(tab):
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    assert "style-src" in csp_violations(tab)[0]


def test_an_inline_script_is_a_violation(tab):
    tab.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert "script-src" in csp_violations(tab)[0]


def test_a_field_without_a_label_is_found(tab):
    tab.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=\"text\">')")
    assert any(finding.startswith("label") for finding in axe_findings(tab))


def test_a_page_that_is_too_wide_is_found(tab):
    tab.evaluate("document.querySelector('main').style.minWidth = '900px'")
    assert sideways_scroll(tab) > 0


def test_a_failing_script_is_found(tab):
    complaints = Complaints()
    complaints.listen(tab)
    tab.evaluate("setTimeout(() => nothing(), 0)")
    tab.wait_for_event("pageerror")
    assert "nothing is not defined" in complaints.said[0]


def test_a_word_on_the_console_is_found_while_it_is_listened_to(onlooker):
    tab, complaints = onlooker(role=None), Complaints()
    with heard(tab, complaints.listeners()):
        tab.evaluate("console.error('first')")
    tab.evaluate("console.error('second')")
    assert complaints.said == ["console error: first"]


def plant(tab, html: str, rules: str) -> None:
    """Into the login page, with a style sheet made by script, which the policy lets pass."""
    tab.goto(reverse("admin:login"))
    tab.evaluate(
        """([html, rules]) => {
          document.querySelector("main").insertAdjacentHTML("beforeend", html);
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets.push(sheet);
        }""",
        [html, rules],
    )


LOGIN = Page("login", at("admin:login"), role=None)


PLANTED = ".planted { display: block; width: 60px; height: 60px; padding: 0; border: 0; }"


@pytest.mark.parametrize(
    ("look", "rules", "finding"),
    [
        ("dark", ".planted { background: light-dark(#fff, #222); color: light-dark(#111, #555); }", "color-contrast"),
        ("phone", "@media (width < 600px) { .planted { color: #eee; background: #fff; } }", "color-contrast"),
        ("phone", "@media (width < 600px) { .planted { width: 12px; height: 12px; } }", "target-size"),
        ("phone", "@media (width < 600px) { .planted { width: 600px; } }", "px wider than the window"),
    ],
)
def test_a_fault_of_one_look_is_found_in_it_alone(onlooker, look, rules, finding):
    tab = onlooker(role=None)
    plant(tab, '<button class="planted">one</button><button class="planted">two</button>', PLANTED + rules)
    found = {name: findings(tab, LOGIN, shape) for name, shape in LOOKS.items()}
    assert any(finding in line for line in found.pop(look))
    assert not any(found.values())


def test_what_a_template_does_not_escape_is_seen_to_run(onlooker, monkeypatch):
    make_list("Members")
    tab = onlooker(role="Owner", bypass_csp=True)
    poison_everything()
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    _status, might_run, ran = what_runs(tab, reverse("admin:campaigns_contactlist_changelist"))
    assert "XSS-RAN" in ran
    assert any(found.startswith("img on") for found in might_run)


def test_a_shared_tab_forgets_who_looked_and_what_was_kept(onlooker):
    tab = onlooker(role="Owner")
    tab.goto(reverse("admin:index"))
    tab.evaluate("localStorage.setItem('planted', 'yes')")
    again = onlooker(role=None)
    again.goto(reverse("admin:index"))
    assert "/login/" in again.url
    assert again.evaluate("localStorage.getItem('planted')") is None


def test_rows_of_a_test_are_gone_after_it_and_their_ids_are_not_given_again():
    first = FirstState()
    before = make_list("Members").pk
    first.put_back()
    assert not ContactList.objects.exists()
    assert make_list("Members").pk > before
