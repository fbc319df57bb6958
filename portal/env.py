"""Typed readers of environment variables; a wrong value names its variable and what is expected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


class Environment:
    """Reads variables through django-environ, after loading `.env` where there is one.

    Every reader raises ImproperlyConfigured with the variable's name when the value cannot be read.
    """

    def __init__(self, dotenv: Path) -> None:
        self._env = environ.Env()  # type: ignore[no-untyped-call]  # the package has no types
        if dotenv.is_file():
            self._env.read_env(str(dotenv))

    def text(self, name: str, default: str = "") -> str:
        return self._read(name, self._env.str, default, "text")

    def secret(self, name: str) -> str:
        """A value without a default: "" when it is not set."""
        return self.text(name).strip()

    def whole_number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        value = self._read(name, self._env.int, default, "a whole number")
        if value < least or (most is not None and value > most):
            span = f"at least {least}" if most is None else f"from {least} to {most}"
            raise ImproperlyConfigured(f"{name} must be a whole number, {span}, not {value}")
        return value

    def number(self, name: str, default: float) -> float:
        return self._read(name, self._env.float, default, "a number")

    def yes_no(self, name: str, *, default: bool) -> bool:
        word = self.text(name, "yes" if default else "no").strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off", ""}:
            return False
        raise ImproperlyConfigured(f"{name} must be yes or no, not {word!r}")

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list separated by commas."""
        return [word.strip() for word in self.text(name, ",".join(default)).split(",") if word.strip()]

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser().resolve()

    def time_zone(self, name: str, default: str) -> str:
        """A name of the IANA database, e.g. Europe/Berlin."""
        value = self.text(name, default).strip()
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ImproperlyConfigured(f"{name} must be a time zone like Europe/Berlin, not {value!r}") from error
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`; the first is the default."""
        value = self.text(name, choices[0]).strip()
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's settings of one database, from a URL (`sqlite:///file` or `postgres://user:secret@host/name`)."""
        if not self.text(name, default).startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://")
        try:
            settings: dict[str, Any] = self._env.db_url(name, default=default)
        except (ValueError, ImproperlyConfigured, KeyError):  # its text may hold a part of the password
            raise ImproperlyConfigured(f"{name} must be a database URL; quote special characters with %") from None
        return settings

    def _read(self, name: str, read: Callable[..., T], default: T, expected: str) -> T:
        try:
            return read(name, default=default)
        except (ValueError, TypeError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} must be {expected}: {error}") from error
