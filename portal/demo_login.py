"""The sandbox's own login, shown on the login page so that a newcomer need not search for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

FILE_NAME = "demo-login"  # two lines, user and password; written by the sandbox
_LINES = 2


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Who may try the sandbox."""

    username: str
    password: str


def read_demo_login() -> DemoLogin | None:
    """The sandbox's login, or None outside the sandbox or before it wrote one."""
    if not settings.SANDBOX:
        return None
    try:
        lines = (settings.DATA_DIR / FILE_NAME).read_text().splitlines()
    except FileNotFoundError:
        return None
    return DemoLogin(*lines[:_LINES]) if len(lines) >= _LINES else None
