"""Where links lead, as far as their address tells: somewhere at all, safely, and where their words say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext as _, ngettext

from campaigns.messages.checks.point import Level, MessageCheck

if TYPE_CHECKING:
    from campaigns.messages.checks.page import Link, ReadPage
    from campaigns.messages.checks.typed import TypedBody

_DOMAIN_AS_WORDS = re.compile(r"(?:https?://)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?:[/:?#]\S*)?", re.IGNORECASE)
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_OPENS_LIQUID = re.compile(r"\{[{%]")
_MAX_ADDRESS_CHARS = 2_000  # longer words are no address; looking for Liquid in them takes the square of their length
_ADDRESS = re.compile(r"mailto:[^@\s]+@[^@\s.]+\.[^@\s]+", re.IGNORECASE)
_OTHER_SCHEMES = ("tel:", "sms:", "callto:", "webcal:", "geo:")
_FILE_ENDINGS = frozenset({"html", "htm", "pdf", "png", "jpg", "txt", "doc", "docx", "zip", "csv", "xlsx"})


def link_points(page: ReadPage, typed: TypedBody) -> Iterator[MessageCheck]:
    """A point for each link with something to mend; one good point when all are fine."""
    found = [point for link in page.links if (point := _point_of(link, page, typed)) is not None]
    yield from found
    count = len(page.links)
    if count and not found:
        text = ngettext("%d link, and it leads where it says.", "%d links, and each leads where it says.", count)
        yield MessageCheck(Level.GOOD, "links", text % count)


def web_addresses(page: ReadPage) -> list[str]:
    """Addresses on the web that are the same for everybody, each once, in their order."""
    addresses = (link.href.partition("#")[0] for link in page.links if not _OPENS_LIQUID.search(link.href))
    return list(dict.fromkeys(href for href in addresses if _host_of(href)))


def _point_of(link: Link, page: ReadPage, typed: TypedBody) -> MessageCheck | None:
    spot = typed.spot_of(link.href)
    fault = _nowhere(link.href, page) or _unsafe(link.href) or _other_domain(link)
    if fault is None:
        return None
    code, text, cure = fault
    return MessageCheck(Level.WARN, code, text, cure=cure, **spot)


_Fault = tuple[str, str, str]


def _nowhere(href: str, page: ReadPage) -> _Fault | None:
    if _leads_somewhere(href, page):
        return None
    shown = {"address": href[:60]}
    text = _("A link leads to “%(address)s”, which is nowhere.") % shown if href else _("A link leads nowhere.")
    return "link_to_nothing", text, _("Give it an address that begins with https://, or take the link out.")


def _leads_somewhere(href: str, page: ReadPage) -> bool:
    lowered = href.lower()
    if href.startswith("#"):
        return href[1:] in page.anchors
    if href.startswith(("{{", "{%")) or lowered.startswith(_OTHER_SCHEMES):
        return True
    if lowered.startswith("mailto:"):
        return bool(_ADDRESS.match(href)) or "{{" in href
    return lowered.startswith(("http://", "https://")) and ("{{" in href or bool(_host_of(href)))


def _unsafe(href: str) -> _Fault | None:
    shown = {"address": href[:60]}
    if href.lower().startswith("http://"):
        text = _("The link to “%(address)s” is not safe: anybody on the way can read and change it.") % shown
        return "link_without_https", text, _("Begin it with https:// if the site can do that.")
    if "@" in _netloc_and_host(href)[0]:
        text = _("The link “%(address)s” has a name before its domain, as forged links do.") % shown
        return "link_with_name", text, _("Take out what stands before the @.")
    return None


def _other_domain(link: Link) -> _Fault | None:
    if len(link.words) > _MAX_ADDRESS_CHARS:
        return None
    said = _DOMAIN_AS_WORDS.fullmatch(_LIQUID.sub("", link.words).strip())
    target = _host_of(link.href)
    if said is None or not target or said.group(1).rpartition(".")[2].lower() in _FILE_ENDINGS:
        return None
    shown = said.group(1).lower().removeprefix("www.")
    led = target.removeprefix("www.")
    if shown == led or led.endswith("." + shown) or shown.endswith("." + led):
        return None
    text = _("A link says “%(shown)s” but leads to %(target)s: mail programs warn of forgery.")
    cure = _("Let it say in words what is behind it, not another address.")
    return "link_says_other", text % {"shown": shown, "target": led}, cure


def _netloc_and_host(href: str) -> tuple[str, str]:
    """Network location and host of an address; both empty when it cannot be read."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return "", ""
    return parts.netloc, parts.hostname or ""


def _host_of(href: str) -> str:
    if not href.lower().startswith(("http://", "https://")):
        return ""
    host = _netloc_and_host(href)[1].lower()
    return host if "." in host and "{{" not in host else ""
