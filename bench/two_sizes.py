"""Two databases in one process, asked in turn, so that a busy machine slows both alike."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections
from environ import Env

if TYPE_CHECKING:
    from collections.abc import Iterator


def both_sizes(large_url: str) -> dict[str, object]:
    """The connections by size: the default one is the small one."""
    connections.settings["large"] = {**connections.settings["default"], **Env.db_url_config(large_url)}
    return {"small": connections["default"], "large": connections["large"]}


@contextmanager
def at_size(database: object) -> Iterator[None]:
    """Let the default connection be this one."""
    before = connections["default"]
    connections["default"] = database  # type: ignore[assignment]
    try:
        yield
    finally:
        connections["default"] = before
