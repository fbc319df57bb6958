"""What is right and wrong with a message before it is sent; a file for each subject, each point a MessageCheck."""

from __future__ import annotations

from campaigns.messages.checks.point import CheckDict, Level, MessageCheck, place_name, point_of
from campaigns.messages.checks.words import check_message, worst_first

__all__ = ["CheckDict", "Level", "MessageCheck", "check_message", "place_name", "point_of", "worst_first"]
