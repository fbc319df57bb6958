"""Which of the mails that came in are our own test mails: those that carry the token of one that is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.canary.letter import CANARY_HEADER
from routing.canary.models import CanaryRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routing.inbound.models import InboundMessage

_HEADER = CANARY_HEADER.lower()


def token_of(headers: Iterable[Sequence[str]]) -> str:
    """What the header says; "" where there is none."""
    return next((value.strip() for name, value in headers if name.lower() == _HEADER), "")


def mark_canaries(messages: Iterable[InboundMessage]) -> None:
    """Set `is_canary` on unsaved messages. A token that is not ours, or that has arrived, makes a mail like any other."""
    tokens = {token: message for message in messages if (token := token_of(message.headers))}
    if not tokens:
        return
    runs = CanaryRun.objects.filter(token__in=tokens, message=None).values_list("token", "recipient")
    for token, recipient in runs:
        tokens[token].is_canary = [each.lower() for each in tokens[token].recipients] == [recipient.lower()]
