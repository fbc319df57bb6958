"""Log lines as JSON with the ids that tie one deed together: request, task, campaign.

`correlation` holds the ids of the work at hand; every line carries them, and `portal.publish` sends the correlation id
along, so that one id leads from the click to the worker. Addresses in a line are redacted.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

correlation: ContextVar[dict[str, str]] = ContextVar("correlation", default={})  # noqa: B039  # never mutated

_ADDRESS = re.compile(r"[^\s@<>\"'=,:;()]+@([A-Za-z0-9.-]+)")


@contextmanager
def log_context(**ids: str) -> Iterator[None]:
    """Add ids to every line logged within the block."""
    token = correlation.set({**correlation.get(), **ids})
    try:
        yield
    finally:
        correlation.reset(token)


def redact(text: str) -> str:
    """`text` with the local part of every address replaced, the domain kept."""
    return _ADDRESS.sub(r"***@\1", text)


class ContextFilter(logging.Filter):
    """Puts the correlation ids on each record and redacts addresses in its message."""

    def filter(self, record: logging.LogRecord) -> bool:
        for key, value in correlation.get().items():
            setattr(record, key, value)
        message = record.getMessage()
        if "@" in message:
            record.msg, record.args = redact(message), None
        return True


def logging_settings(*, level: str, log_format: str) -> dict[str, Any]:
    """Django's LOGGING: one handler to stderr, as JSON lines or, for people, plain lines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": "portal.logs.ContextFilter"}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"},
            },
            "plain": {"format": "%(levelname)s %(name)s %(message)s"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["context"]},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
