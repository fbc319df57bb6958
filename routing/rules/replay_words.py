"""Last week's mail by two sets of rules, as pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portal.mail.address import display_address
from routing.rules.surroundings import account_names
from routing.rules.words import describe_actions

if TYPE_CHECKING:
    from routing.rules.trying import Replay


def shown_replay(replay: Replay) -> dict[str, Any]:
    """The figures, and each mail that would go elsewhere."""
    names = account_names()
    moves = [
        {
            "message": move.message,
            "url": reverse("admin:routing_inboundmessage_change", args=[move.message.pk]),
            "recipient": display_address(move.before.recipient.key),
            "before": describe_actions(move.before.actions, names),
            "after": describe_actions(move.after.actions, names),
            "by": display_address(move.after.rule_key),
        }
        for move in replay.moves
    ]
    return {"replay": replay, "moves": moves, "more": replay.moved - len(moves)}
