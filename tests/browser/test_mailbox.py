"""The sandbox's mailbox in three looks: no CSP violation, no axe finding, no sideways scroll, and mail that can do nothing."""

from __future__ import annotations

import pytest

from sandbox.testing import run_double
from tests.browser.look import LOOKS, Complaints, Look, axe_findings, csp_violations, open_window, sideways_scroll
from tests.factories.ses_calls import simple_send
from tests.sandbox.clients import client

pytestmark = pytest.mark.browser

HOSTILE = (
    "<h1>Dear Anna</h1><script>parent.document.title = 'taken over'</script>"
    '<img src="https://tracker.example/pixel.gif" onerror="parent.document.title = \'taken over\'">'
    f'<p style="color: #123456"><a href="https://example.org/{"long/" * 40}">here</a></p>'
)


@pytest.fixture(scope="module")
def mailbox():
    """The address of a double that accepted one hostile mail, number 1."""
    with (
        pytest.MonkeyPatch.context() as patch,
        run_double("--mailbox-kept", "9", "--verified", "postroom.example") as double,
    ):
        patch.setenv("NO_PROXY", "127.0.0.1")
        with client("sesv2", double.url) as ses:
            address = f"{'long' * 12}@{'long' * 12}.example"
            ses.send_email(**simple_send(address, subject="W" * 120, html=HOSTILE, tags={"postroom_delivery": "7"}))
        yield double.url


@pytest.fixture
def tab_of(browser, mailbox):
    opened = []

    def open_tab(look: Look):
        opened.append(open_window(browser, look=look, base_url=mailbox))
        return opened[-1].new_page()

    yield open_tab
    for context in opened:
        context.close()


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize(("path", "status"), [("/mailbox/", 200), ("/mailbox/?q=nobody", 200), ("/mailbox/9/", 404)])
def test_page_is_sound(path, status, look, tab_of):
    tab = tab_of(look)
    complaints = Complaints()
    complaints.listen(tab, expected_status=status)
    answer = tab.goto(path, wait_until="load")
    assert answer.status == status
    assert complaints.said == []
    assert csp_violations(tab) == []
    assert axe_findings(tab) == []
    assert sideways_scroll(tab) <= 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_hostile_mail_is_shown_and_can_do_nothing(look, tab_of):
    tab = tab_of(look)
    loaded = []
    tab.on("requestfinished", lambda request: loaded.append(request.url))
    tab.goto("/mailbox/1/", wait_until="load")
    assert tab.frame_locator("iframe").get_by_role("heading", name="Dear Anna").is_visible()
    assert tab.title().startswith("WWW")
    assert csp_violations(tab) == []
    assert axe_findings(tab) == []
    assert sideways_scroll(tab) <= 0
    assert [url for url in loaded if "127.0.0.1" not in url] == []


def test_a_mail_is_reached_by_keyboard(tab_of):
    tab = tab_of(LOOKS["light"])
    tab.goto("/mailbox/")
    for _ in range(4):  # brand, search, button, first mail
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/mailbox/1/")
