"""What is right and wrong with a message before it is sent; each subject in its own file, each point of type MessageCheck."""

from __future__ import annotations

from campaigns.messages.checks.point import CheckDict, Level, MessageCheck, place_name
from campaigns.messages.checks.words import check_message

__all__ = ["CheckDict", "Level", "MessageCheck", "check_message", "place_name"]
