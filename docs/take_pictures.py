"""Pictures of the portal's pages: light, dark and on a phone. Needs Chromium and requirements-dev.

python docs/take_pictures.py --documents
    the pictures of README and docs, made anew in docs/pictures/ from the pages of the tests
python docs/take_pictures.py --to pictures
    every page of tests/browser/pages.py, with the data of the tests
python docs/take_pictures.py --to pictures --portal http://127.0.0.1:8000 --user NAME --password WORD
    a running portal: its navigation, and where the first row of each list leads
"""  # noqa: INP001  # a script, no package

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.look import LOOKS, Look, open_window  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCUMENT_PICTURES = ROOT / "docs" / "pictures"
SHOWN = {  # by README and docs: the picture's name, and the page of tests/browser/pages.py that it shows
    "login": "login",
    "overview": "overview",
    "progress": "campaign-progress",
    "failures": "failures",
    "restored": "restored",
    "alerts": "alerts",
    "smtp-users": "smtp-users",
    "smtp-user": "smtp-user",
    "sending-domains": "sending-domains",
    "sending-domain": "sending-domain",
    "gmail": "gmail",
    "test-mail": "canary",
    "own-account": "own-account-factors",
}
TALLEST_PX = 1000
COLOURS = 96  # as many as text on our pages needs; a third of the bytes
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def main() -> None:
    """Take the pictures that the arguments ask for."""
    wishes = read_wishes()
    if wishes.documents:
        sys.exit(picture_documents())
    if not wishes.portal:
        sys.exit(picture_test_pages(wishes.to))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
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
    parser.add_argument("--documents", action="store_true", help="the pictures of README and docs")
    return parser.parse_args()


def picture_documents() -> int:
    """Make docs/pictures/ anew; returns pytest's exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        status = run_tests("tests/browser/picture_pages.py", PICTURES_DIR=name, PICTURES_OF=",".join(SHOWN.values()))
        if status == 0:
            DOCUMENT_PICTURES.mkdir(parents=True, exist_ok=True)
            for picture, page in SHOWN.items():
                make_small(folder / f"{page}.png", DOCUMENT_PICTURES / f"{picture}.png")
    return status


def make_small(source: Path, target: Path) -> None:
    """The upper part of a picture, in few colours."""
    with Image.open(source) as picture:
        upper = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST_PX)))
        upper.quantize(colors=COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def picture_test_pages(folder: Path) -> int:
    """Let the browser tests leave a picture of each page they open; returns pytest's exit code."""
    return run_tests("tests/browser/test_pages.py", PICTURES_DIR=str(folder.resolve()))


def run_tests(module: str, **variables: str) -> int:
    """Returns pytest's exit code."""
    command = [sys.executable, "-m", "pytest", module, "-m", "browser", "-q"]
    environment = {**os.environ, **variables}
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


if __name__ == "__main__":
    main()
