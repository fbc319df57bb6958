"""Addresses of the portal's pages for outside: PUBLIC_URL holds the prefix, if there is one, already."""

from __future__ import annotations

from django.conf import settings
from django.urls import get_script_prefix


def whole_url(path: str) -> str:
    """The whole URL of a page; `path` is what `reverse` gives, with the prefix of this process if it has one."""
    return settings.PUBLIC_URL + without_prefix(path)


def without_prefix(path: str) -> str:
    """A path to keep in a row: workers know no prefix, the web function may have one."""
    prefix = get_script_prefix().removesuffix("/")
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path


def with_prefix(path: str) -> str:
    """A kept path as a link on a page."""
    return get_script_prefix() + path.removeprefix("/")
