"""Why there is no session with an SMTP server."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import OutsideError

if TYPE_CHECKING:
    from portal.mail.smtp.replies import Reply


class Stage(StrEnum):
    """How far a connection came."""

    NAME = "name"  # its host has no address
    INTERNAL = "internal"  # its address is on an internal network, and nobody allowed that
    CONNECT = "connect"  # nobody answers at the port
    TLS = "tls"  # the certificate is not this host's, or no encryption came about
    NO_STARTTLS = "no-starttls"  # not offered, refused, or something was slipped in
    GREETING = "greeting"  # answers, but does not let us in, or speaks no SMTP
    NO_LOGIN = "no-login"  # offers no way to log in that we have
    LOGIN = "login"  # refuses name and password, or cannot check them now


class NoSession(OutsideError):
    """No session came about; nothing of any mail was sent. `reply` is the server's where it said something."""

    def __init__(self, stage: Stage, message: str, *, reply: Reply | None = None) -> None:
        super().__init__(message, service="smtp", code=str(reply.code) if reply else stage.value)
        self.stage = stage
        self.reply = reply
