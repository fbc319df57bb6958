"""Log lines as JSON with the ids that tie one deed together: request, task, campaign.

`correlation` holds the ids of the work at hand; every line carries them, and `portal.publish` sends the correlation id
along, so that one id leads from the click to the worker. Addresses are redacted wherever they stand in a line: in the
message, in its values, in a traceback.
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator

correlation: ContextVar[dict[str, str]] = ContextVar("correlation", default={})  # noqa: B039  # never mutated

# Wide on purpose: what stands before the @ goes, quotes and key= with it. %40 is an @ in a web address.
_ADDRESS = re.compile(r"""(?:"[^"]{1,64}"|[^\s@<>",:;()\[\]?&/]+)(?:@|%40)([A-Za-z0-9.-]+)""")
# Long, and with a digit or a capital letter in it, which the words of our paths have not.
_TOKEN = re.compile(r"""/(?=[^/\s]*[A-Z0-9])[^/\s?'"]{16,}""")
_UNITS = {"_count": "Count", "_ms": "Milliseconds", "_s": "Seconds", "_bytes": "Bytes", "_pct": "Percent"}
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "correlation_id"}


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
    return _ADDRESS.sub(r"***@\1", text) if "@" in text or "%40" in text else text


def _redact_deep(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redact_deep(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redact_deep(inner) for inner in value]
    return value


class JsonLines(JsonFormatter):
    """One JSON object a line.

    With a namespace, figures are lines that CloudWatch makes metrics of (its embedded metric format).
    """

    def __init__(self, *arguments: Any, namespace: str = "", installation: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._namespace, self._installation = namespace, installation

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        line = {key: _redact_deep(value) for key, value in super().process_log_record(log_data).items()}
        if self._namespace and "metric" in line:
            return embedded_metric(line, namespace=self._namespace, installation=self._installation)
        return line


def embedded_metric(line: dict[str, Any], *, namespace: str, installation: str) -> dict[str, Any]:
    """The line of a figure with what CloudWatch needs. The installation is its only dimension: each value of one is a
    metric that is paid for, and campaigns are many; its other words can be searched in the log."""
    name = str(line.pop("metric"))
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "None")
    about = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [
            {"Namespace": namespace, "Dimensions": [["Installation"]], "Metrics": [{"Name": name, "Unit": unit}]}
        ],
    }
    return {**line, "Installation": installation, name: line.pop("value"), "_aws": about}


class PlainLines(logging.Formatter):
    """Lines for people: the event and, behind it, its values."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        values = {name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD}
        words = (f"{name}={redact(str(value))}" for name, value in values.items())
        return " ".join((redact(super().formatMessage(record)), *words))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return redact(super().formatException(ei))


def without_tokens(text: str) -> str:
    """`text` with the parts of paths cut away that may be the token of a link: it lets in whoever reads the log."""
    return _TOKEN.sub("/***", text)


class TokenFilter(logging.Filter):
    """Cuts tokens out of what Django says of requests that went wrong: their paths, and the request as a whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django."):
            record.__dict__.pop("request", None)
            record.msg, record.args = without_tokens(record.getMessage()), None
        return True


class ContextFilter(logging.Filter):
    """Puts the correlation ids on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        for key, value in correlation.get().items():
            setattr(record, key, value)
        return True


def logging_settings(*, level: str, log_format: str, namespace: str = "", installation: str = "") -> dict[str, Any]:
    """Django's LOGGING: one handler to stderr, as JSON lines or, for people, plain lines; the rest as for JsonLines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": "portal.logs.ContextFilter"}, "tokens": {"()": "portal.logs.TokenFilter"}},
        "formatters": {
            "json": {
                "()": "portal.logs.JsonLines",
                "namespace": namespace,
                "installation": installation,
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"},
            },
            "plain": {"()": "portal.logs.PlainLines", "fmt": "%(levelname)s %(name)s %(message)s"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["context", "tokens"]},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
