"""Looking at a page: the three looks, what the browser complains about, axe's findings."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    width: int
    height: int
    scheme: str


LOOKS = {
    "light": Look("light", 1360, 850, "light"),
    "dark": Look("dark", 1360, 850, "dark"),
    "phone": Look("phone", 390, 844, "light"),
}

_COLLECT_VIOLATIONS = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspViolations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""


def open_window(
    browser: Browser, *, look: Look | None = None, base_url: str, bypass_csp: bool = False, locale: str = "en-GB"
) -> BrowserContext:
    """A fresh context of that look; times in UTC, no motion."""
    shape = look or LOOKS["light"]
    context = browser.new_context(
        viewport={"width": shape.width, "height": shape.height},
        color_scheme="dark" if shape.scheme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="UTC",
        locale=locale,
        base_url=base_url,
        bypass_csp=bypass_csp,
    )
    context.add_init_script(_COLLECT_VIOLATIONS)
    return context


@contextmanager
def heard(page: Page, listeners: dict[Any, Callable[[Any], None]]) -> Iterator[None]:
    """Listen to events of a tab that lasts longer than the test."""
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


@dataclass(slots=True)
class Complaints:
    """What the browser said about one page: scripts that failed, warnings and errors on its console."""

    said: list[str] = field(default_factory=list)

    def listen(self, page: Page, *, expected_status: int = 200) -> None:
        for event, listener in self.listeners(expected_status=expected_status).items():
            page.on(event, listener)

    def listeners(self, *, expected_status: int = 200) -> dict[Any, Callable[[Any], None]]:
        """What listens, by event, for `heard`."""
        return {
            "pageerror": lambda error: self.said.append(f"script error: {error}"),
            "console": lambda message: self._keep(message, expected_status),
            "requestfailed": lambda request: self._keep_failed(request),  # noqa: PLW0108  # the wrapper must be a plain function
        }

    def _keep(self, message: Any, expected_status: int) -> None:
        is_own_status = f"status of {expected_status}" in message.text
        if message.type in {"error", "warning"} and not is_own_status:
            self.said.append(f"console {message.type}: {message.text}")

    def _keep_failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # left the page meanwhile
            self.said.append(f"did not load: {request.url} {request.failure}")


@cache
def _axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def put_on(page: Page, look: Look) -> None:
    """Give a page that is open the look."""
    page.set_viewport_size({"width": look.width, "height": look.height})
    page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light", reduced_motion="reduce")
    page.evaluate("Promise.all(document.getAnimations().map((change) => change.finished)).then(() => null)")


def axe_findings(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe finds against WCAG A and AA, or by these rules of it, one line each.

    Runs through the debugger, so the page's CSP stays strict.
    """
    debugger = page.context.new_cdp_session(page)
    known = debugger.send("Runtime.evaluate", {"expression": "typeof axe"})
    if known["result"]["value"] == "undefined":
        debugger.send("Runtime.evaluate", {"expression": _axe_source()})
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    # Preloading puts what a style sheet imports into a style element, which the policy refuses aloud. Frames hold
    # messages of people, not pages of ours, and no axe: it would wait half a second for an answer of each.
    options = {"runOnly": rules or levels, "resultTypes": ["violations"], "preload": False, "iframes": False}
    answer = debugger.send(
        "Runtime.evaluate",
        {
            "expression": f"axe.run(document, {json.dumps(options)}).then(found => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    debugger.detach()
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in json.loads(answer["result"]["value"])
        for node in violation["nodes"]
    ]


def csp_violations(page: Page) -> list[str]:
    return [str(violation) for violation in page.evaluate("window.cspViolations")]


def sideways_scroll(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
