"""How a connection to an SMTP server is protected."""

from __future__ import annotations

from enum import StrEnum


class Security(StrEnum):
    """STARTTLS must succeed before anything else is said; PLAIN is for loopback in the sandbox alone."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"
