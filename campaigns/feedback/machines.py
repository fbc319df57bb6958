"""Which opens and clicks are a machine's and no person's; pure.

Some tell by their name: privacy proxies that fetch every image, image proxies of mail providers, programs that try
links for safety. Others only by their haste: within seconds of the delivery, or many links at once.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

APPLE_PROXY = "apple-proxy"
IMAGE_PROXY = "image-proxy"
SCANNER = "scanner"
AT_ONCE = "at-once"
MANY_LINKS = "many-links"
BY_NAME = frozenset({APPLE_PROXY, IMAGE_PROXY, SCANNER})  # the others hang on the delivery's other events

HASTE = timedelta(seconds=10)  # after the delivery; people need longer to notice a mail
BURST = timedelta(seconds=2)
BURST_LINKS = 3  # different links within BURST

_IMAGE_PROXIES = re.compile(r"GoogleImageProxy|ggpht\.com|YahooMailProxy|OutlookImageProxy", re.IGNORECASE)
_SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|bingpreview|symantec|sophos|trendmicro|fireeye|cloudmark|"
    r"headlesschrome|phantomjs|python-requests|python-urllib|aiohttp|go-http-client|java/|okhttp|libwww|curl/|wget/|"
    r"bot\b|crawler|spider|slackbot|facebookexternalhit|preview",
    re.IGNORECASE,
)
_MAX_AGENT = 400


class Deed(NamedTuple):
    """One open or click; `link` is "" for an open, `sign` what is stored about it."""

    event_id: int
    event_type: str
    happened_at: datetime
    link: str
    sign: str


def sign_of_agent(event_type: str, user_agent: str) -> str:
    """The sign that the program's name gives, or ""."""
    agent = user_agent[:_MAX_AGENT].strip()
    if event_type == "open" and agent == "Mozilla/5.0":
        return APPLE_PROXY  # Apple Mail's privacy protection says no more than that
    if event_type == "open" and _IMAGE_PROXIES.search(agent):
        return IMAGE_PROXY
    return SCANNER if not agent or _SCANNERS.search(agent) else ""


def signs_of(deeds: list[Deed], *, delivered_at: datetime | None) -> dict[int, str]:
    """The sign of every open and click of one delivery, by event; the order in which they came plays no part."""
    bursts = _in_bursts([deed for deed in deeds if deed.event_type == "click"])
    return {deed.event_id: _sign(deed, delivered_at, is_in_burst=deed.event_id in bursts) for deed in deeds}


def _sign(deed: Deed, delivered_at: datetime | None, *, is_in_burst: bool) -> str:
    if deed.sign in BY_NAME:
        return deed.sign
    if is_in_burst:
        return MANY_LINKS
    is_hasty = delivered_at is not None and deed.happened_at - delivered_at < HASTE
    return AT_ONCE if is_hasty else ""


def _in_bursts(clicks: list[Deed]) -> set[int]:
    """The clicks around which many different links were clicked within seconds."""
    found: set[int] = set()
    ordered = sorted(clicks, key=lambda click: click.happened_at)
    start = 0
    for end, click in enumerate(ordered):
        while click.happened_at - ordered[start].happened_at > BURST:
            start += 1
        window = ordered[start : end + 1]
        if len({each.link for each in window}) >= BURST_LINKS:
            found.update(each.event_id for each in window)
    return found
