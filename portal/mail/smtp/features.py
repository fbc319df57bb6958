"""What a server says it can do; pure. Source: RFC 5321, section 4.1.1.1, and the extensions' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.mail.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Features:
    """EHLO's answer. `size_bytes`: the largest message, 0 when the server names none; `logins` in upper case."""

    has_starttls: bool = False
    has_pipelining: bool = False
    has_8bitmime: bool = False
    has_smtputf8: bool = False
    has_size: bool = False
    size_bytes: int = 0
    logins: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()  # every keyword, for people to read

    def mail_parameters(self, addresses: tuple[str, str], message: Sequence[bytes]) -> str:
        """What MAIL FROM says about a message between these two, as far as the server understands it."""
        said = f" SIZE={sum(map(len, message))}" if self.has_size else ""
        is_international = not (addresses[0].isascii() and addresses[1].isascii())
        if self.has_8bitmime and (is_international or not all(map(bytes.isascii, message))):
            said += " BODY=8BITMIME"
        return said + " SMTPUTF8" if is_international and self.has_smtputf8 else said


def read_features(reply: Reply) -> Features:
    """Read the answer to EHLO; the first line is a greeting."""
    said = {words[0].upper(): words[1:] for line in reply.lines[1:] if (words := line.replace("=", " ").split())}
    return Features(
        has_starttls="STARTTLS" in said,
        has_pipelining="PIPELINING" in said,
        has_8bitmime="8BITMIME" in said,
        has_smtputf8="SMTPUTF8" in said,
        has_size="SIZE" in said,
        size_bytes=_number(said.get("SIZE", [])),
        logins=frozenset(word.upper() for word in said.get("AUTH", [])),
        words=tuple(said),
    )


def _number(words: Sequence[str]) -> int:
    is_number = bool(words) and words[0].isascii() and words[0].isdecimal() and len(words[0]) <= 15  # noqa: PLR2004
    return int(words[0]) if is_number else 0
