"""What a mail program must know to send as one SMTP user. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SOMEBODY = "you"  # stands for the person where a pattern allows a whole domain
NOBODY_YET = "you@example.com"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where SES takes mail of one region; `port` begins plain and turns to TLS (STARTTLS), `tls_port` begins with TLS."""

    host: str
    port: int = 587
    tls_port: int = 465


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """One SMTP user as a mail program sees it; the password is never in it.

    `sender` is an address that it may send as; `imap_host` is where answers are read, "" where that is not known.
    """

    server: SmtpServer
    name: str
    login: str
    sender: str
    imap_host: str = ""

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2]


def example_sender(patterns: Sequence[str]) -> str:
    """An address that the patterns allow: the first that is written out, else one made from the first pattern."""
    written_out = next((pattern for pattern in patterns if not set(pattern) & set("*?")), "")
    if written_out:
        return written_out
    return filled(patterns[0]) if patterns else NOBODY_YET


def filled(pattern: str) -> str:
    """An address that the pattern matches, as a person would read it: `*@*.example.com` is `you@mail.example.com`."""
    local, at, domain = pattern.rpartition("@")
    if not at:
        local, domain = "*", pattern.lstrip("*") or "example.com"
    return f"{_without_wildcards(local, SOMEBODY)}@{_without_wildcards(domain, 'mail')}"


def _without_wildcards(text: str, instead: str) -> str:
    if text == "*" and instead == "mail":
        return "example.com"
    return text.replace("*", instead).replace("?", "a")
