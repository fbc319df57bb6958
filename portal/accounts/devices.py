"""A browser's name for itself, in words. Pure."""

from __future__ import annotations

# The first that is found counts: many call themselves by the names of others, too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Chromium/", "Chromium"), ("Safari/", "Safari"), ("curl/", "curl"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(user_agent: str) -> str:
    """ "Firefox"; "" when it is none that is known."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def system_of(user_agent: str) -> str:
    """ "Windows", "iPhone"; "" when it is none that is known."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "")
