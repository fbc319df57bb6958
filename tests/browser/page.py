"""What a page of the browser tests is: who looks, at which address, with which rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from portal.roles import OWNER


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    address: Callable[[], str]
    role: str | None = OWNER
    status: int = 200
    before: Callable[[Any], None] | None = None  # what is done in the tab first, such as half of a login


def at(url_name: str, make: Callable[[], Any] | None = None, *, with_id: bool = False) -> Callable[[], str]:
    """The address of a URL name, after making its rows; `with_id` puts the made row's id into the address."""

    def build() -> str:
        made = make() if make else None
        return reverse(url_name, args=[made.pk] if made and with_id else [])

    return build
