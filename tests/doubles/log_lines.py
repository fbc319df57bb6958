"""The lines of production's log, read back."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import workers.app  # noqa: F401  # sets Django up once more, and its logging: before a handler is added, not after
from portal.logs import logging_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def json_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What all loggers write within the block, with the settings' handler."""
    settings = logging_settings(level="INFO", log_format="json")
    stream = io.StringIO()
    configured = logging.config.DictConfigurator(settings)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(configured.configure_formatter(settings["formatters"]["json"]))
    for name in settings["handlers"]["stderr"]["filters"]:
        handler.addFilter(configured.configure_filter(settings["filters"][name]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
