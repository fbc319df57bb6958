"""Servers' settings and quick clocks for tests that speak SMTP."""

from __future__ import annotations

from dataclasses import dataclass

from portal.mail.smtp_security import Security
from portal.smtp.connecting import Patience

HURRIED = Patience(connect_s=5, open_s=5, reply_s=5, message_s=5)
IMPATIENT = Patience(connect_s=0.3, open_s=0.3, reply_s=0.3, message_s=0.3)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """As `portal.smtp.connecting.Server` wants them."""

    port: int
    host: str = "127.0.0.1"
    security: Security = Security.PLAIN
    username: str = ""
    password: str = ""
    is_internal_allowed: bool = True


def at_loopback(_host: str, _port: int) -> list[str]:
    """A look-up for names that only tests know."""
    return ["127.0.0.1"]
