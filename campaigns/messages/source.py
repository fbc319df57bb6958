"""What a writer hands in: the parts of a message before anything is compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from campaigns.images.references import ImagePlace
from campaigns.messages.problems import LAYOUT, Problem

MessageKind = Literal["markdown", "mjml", "html"]
SnippetKind = Literal["markdown", "html"]

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_IMAGE_URL = re.compile(r"https?://[^\s\"'<>{}]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class LayoutValues:
    """What the house layout shows around a Markdown message. All plain text; Liquid is not read here.

    An empty `unsubscribe_label` leaves the unsubscribe link out (mail that is not a campaign).
    """

    organisation: str = ""
    address: str = ""
    footer: str = ""
    logo_url: str = ""
    logo_width_px: int = 160
    accent_colour: str = "#1f5fbf"
    page_colour: str = "#f2f4f7"
    text_colour: str = "#1d2430"
    language: str = "en"
    unsubscribe_label: str = "Unsubscribe"

    def problems(self) -> list[Problem]:
        """Name what cannot be used in HTML."""
        found = []
        colours = (("accent", self.accent_colour), ("page", self.page_colour), ("text", self.text_colour))
        for name, value in colours:
            if not _COLOUR.fullmatch(value):
                message = f"The {name} colour “{value[:30]}” must look like #1f5fbf."
                found.append(Problem("bad_colour", LAYOUT, 0, message))
        if self.logo_url and not _IMAGE_URL.fullmatch(self.logo_url):
            message = "The address of the logo must start with https:// and have no spaces."
            found.append(Problem("bad_logo_url", LAYOUT, 0, message))
        if not _LANGUAGE.fullmatch(self.language):
            message = f"The language “{self.language[:30]}” must be a code such as en or de-AT."
            found.append(Problem("bad_language", LAYOUT, 0, message))
        return found


@dataclass(frozen=True, slots=True)
class SnippetSource:
    """One snippet as written, by the name that `{% render "name" %}` uses."""

    name: str
    kind: SnippetKind
    body: str


@dataclass(frozen=True, slots=True)
class MessageSource:
    """One message as written. `body` is Markdown, MJML or HTML by `kind`; an empty `text_body` is derived from it.

    `layout` is put around Markdown; MJML and HTML show of it what they name (`{{ layout_address }}`). `snippets` holds
    all that the message may name, also those named by other snippets. `field_defaults` are (name, value) of the fields
    that have one: it stands for people without a value. `images` are those that the words name.
    """

    subject: str
    kind: MessageKind
    body: str
    text_body: str = ""
    preheader: str = ""
    layout: LayoutValues = field(default_factory=LayoutValues)
    snippets: tuple[SnippetSource, ...] = ()
    field_defaults: tuple[tuple[str, str], ...] = ()
    images: tuple[ImagePlace, ...] = ()
