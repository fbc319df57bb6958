"""Reads the finished HTML of a message: its links, its pictures, and the words that show. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from campaigns.messages.protect import Protected, protect

_SILENT = frozenset({"style", "script", "title", "head", "template"})
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE)
_FILL = re.compile("[\u034f\u200b\u200c\u200d\xad\ufeff]")  # what keeps the text from running into the preview line
_SPACE = re.compile(r"\s+")
_TINY_PX = frozenset({"0", "1", "2", "0px", "1px", "2px"})


@dataclass(slots=True)
class Link:
    """One link: where it leads (Liquid as typed), the words it stands on, whether a picture is in it."""

    href: str
    words: str = ""
    picture_alt: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; `alt` None where nobody wrote any. A tiny one is a spacer or counts openings."""

    src: str
    alt: str | None
    is_tiny: bool


@dataclass(slots=True)
class ReadPage:
    """What stands in a message. `hidden_chars` counts letters that are in it but do not show."""

    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    words: str = ""
    hidden_chars: int = 0

    @property
    def shown_pictures(self) -> list[Picture]:
        return [picture for picture in self.pictures if not picture.is_tiny]


def read_page(html: str) -> ReadPage:
    """Read HTML with Liquid in it, whose markup was found sound before."""
    protected = protect(html)
    reader = _Reader(protected)
    reader.feed(protected.text)
    reader.close()
    return reader.page_read()


class _Reader(HTMLParser):
    def __init__(self, protected: Protected) -> None:
        super().__init__(convert_charrefs=True)
        self._protected = protected
        self._page = ReadPage()
        self._words: list[str] = []
        self._unseen: list[str] = []  # open elements, from the first that hides what is in it
        self._link: Link | None = None

    def page_read(self) -> ReadPage:
        self._page.words = self._restored("".join(self._words))
        for link in self._page.links:
            link.words = self._restored(link.words)
        return self._page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._page.anchors.update(name for key in ("id", "name") if (name := attributes.get(key)))
        if tag in _VOID:
            if tag == "img" and not self._unseen:
                self._picture(attributes)
        elif self._unseen or tag in _SILENT or _HIDING.search(attributes.get("style") or "") or "hidden" in attributes:
            self._unseen.append(tag)
        if tag == "a" and "href" in attributes:
            self._link = Link(self._restored(attributes["href"] or "").strip())
            self._page.links.append(self._link)
        self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[len(self._unseen) - 1 - self._unseen[::-1].index(tag) :]
        if tag == "a":
            self._link = None
        self._words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._unseen:
            if not _SILENT.intersection(self._unseen):
                self._page.hidden_chars += len(_FILL.sub("", data).strip())
            return
        self._words.append(data)
        if self._link is not None:
            self._link.words += data

    def _picture(self, attributes: dict[str, str | None]) -> None:
        is_tiny = attributes.get("width") in _TINY_PX or attributes.get("height") in _TINY_PX
        shown_alt = self._restored(attributes["alt"] or "") if "alt" in attributes else None
        self._page.pictures.append(Picture(self._restored(attributes.get("src") or "").strip(), shown_alt, is_tiny))
        if self._link is not None:
            self._link.picture_alt = shown_alt or ""

    def _restored(self, text: str) -> str:
        return _SPACE.sub(" ", _FILL.sub("", self._protected.restore(text))).strip()
