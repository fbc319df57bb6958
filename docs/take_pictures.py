"""Pictures of the portal's pages: light, dark and on a phone. Needs Chromium and requirements-dev.

python docs/take_pictures.py --to pictures
    every page of tests/browser/pages.py, with the data of the tests
python docs/take_pictures.py --to pictures --portal http://127.0.0.1:8000 --user NAME --password WORD
    a running portal: its navigation, and where the first row of each list leads
python docs/take_pictures.py --readme --portal ... --user ... --password ...
    only the pictures of README and docs, to docs/pictures/
"""  # noqa: INP001  # a script, no package

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.look import LOOKS, Look, open_window  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

README_PICTURES = ROOT / "docs" / "pictures"
DOCUMENT_PICTURES = {  # of pages that docs/*.md show, by name
    "sending-domains": "/admin/credentials/sendingdomain/",
    "alerts": "/admin/portal/alert/",
}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def main() -> None:
    """Take the pictures that the arguments ask for."""
    wishes = read_wishes()
    if not wishes.portal:
        sys.exit(picture_test_pages(wishes.to))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if wishes.readme:
            picture_for_readme(browser, wishes)
        else:
            for look in LOOKS.values():
                picture_portal(browser, wishes, look)
        browser.close()


def read_wishes() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path("pictures"), help="folder for the pictures")
    parser.add_argument("--portal", default="", help="address of a running portal")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--readme", action="store_true", help="only the pictures of README and docs")
    return parser.parse_args()


def picture_test_pages(folder: Path) -> int:
    """Let the browser tests leave a picture of each page they open; returns pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "tests/browser/test_pages.py", "-m", "browser", "-q"]
    environment = {**os.environ, "PICTURES_DIR": str(folder.resolve())}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def log_in(browser: Browser, wishes: argparse.Namespace, look: Look) -> Page:
    """A tab on the overview of a running portal."""
    tab = open_window(browser, look=look, base_url=wishes.portal).new_page()
    tab.goto("/admin/login/?next=/admin/")
    tab.fill("#id_username", wishes.user)
    tab.fill("#id_password", wishes.password)
    tab.click("input[type=submit]")
    tab.wait_for_selector("#nav-sidebar", state="attached")
    return tab


def picture_portal(browser: Browser, wishes: argparse.Namespace, look: Look) -> None:
    """Every page of the navigation, and what the first row of each list leads to."""
    tab = log_in(browser, wishes, look)
    links = tab.locator("#nav-sidebar a").evaluate_all("links => links.map(link => link.href)")
    for link in links:
        tab.goto(link)
        keep(tab, wishes.to, look)
        first = tab.locator("#result_list tbody tr a").first
        if first.count():
            tab.goto(str(first.evaluate("link => link.href")))
            keep(tab, wishes.to, look)
    tab.context.close()


def keep(tab: Page, folder: Path, look: Look) -> None:
    """Save the page under its address and look."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", tab.url.partition("/admin/")[2].lower()).strip("-") or "overview"
    tab.screenshot(path=folder / f"{name}-{look.name}.png", full_page=True)


def picture_for_readme(browser: Browser, wishes: argparse.Namespace) -> None:
    """The login, the overview, the progress of the campaign that is being sent, and what the documents show."""
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    stranger = open_window(browser, look=LOOKS["light"], base_url=wishes.portal).new_page()
    stranger.goto("/admin/login/")
    # Without the sandbox's password below.
    stranger.screenshot(path=README_PICTURES / "login.png", clip={"x": 0, "y": 0, "width": 1360, "height": 538})
    tab = log_in(browser, wishes, LOOKS["light"])
    tab.screenshot(path=README_PICTURES / "overview.png", full_page=True)
    live = tab.locator(".live-row a")
    if live.count():
        tab.goto(str(live.first.evaluate("link => link.href")))
        tab.screenshot(path=README_PICTURES / "progress.png", full_page=True)
    for name, address in DOCUMENT_PICTURES.items():
        tab.goto(address)
        tab.screenshot(path=README_PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
