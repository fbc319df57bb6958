"""The demo's administrator: made once, with a password that stays the same between runs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

from portal.demo_login import FILE_NAME, DemoLogin, read_demo_login

USERNAME = "admin"
CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"
SYLLABLES = 9  # (14 * 5) ** 9: 55 bits


def ensure_login() -> DemoLogin | None:
    """Make the administrator if need be; None when somebody made one without us, whose password we do not know."""
    login = read_demo_login()
    user = get_user_model().objects.filter(username=USERNAME).first()
    if login is None and user is not None:
        return None
    login = login or _write_login()
    if user is None:
        get_user_model().objects.create_superuser(login.username, "", login.password)
        return login
    return login if user.check_password(login.password) else None


def _write_login() -> DemoLogin:
    login = DemoLogin(USERNAME, make_password())
    path = Path(settings.DATA_DIR) / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{login.username}\n{login.password}\n")
    return login


def make_password() -> str:
    """Return a password that can be read out: three words of three syllables."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES)]
    return "-".join("".join(syllables[start : start + 3]) for start in range(0, SYLLABLES, 3))
