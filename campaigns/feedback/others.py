"""Feedback about mail that people sent with logins of their own: handed to whoever counts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from campaigns.sending.event_reader import UnreadableEvent, read_content
from credentials.smtp_users.mail_news import read_mail_news
from credentials.smtp_users.validator import note_mail

if TYPE_CHECKING:
    from credentials.smtp_users.mail_news import MailNews


def note_others_mail(bodies: Iterable[str]) -> int:
    """Count and check what SMTP users sent; returns how many of the events are theirs. Twice is harmless."""
    return note_mail(list(_read(bodies)))


def _read(bodies: Iterable[str]) -> Iterator[MailNews]:
    for body in bodies:
        try:
            news = read_mail_news(read_content(body))
        except UnreadableEvent:
            continue  # counted as such where it was read first
        if news is not None:
            yield news
