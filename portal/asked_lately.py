"""What a service outside said a short while ago, so that pages do not wait for it again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.core.cache import cache

from portal.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def asked_lately(cache_key: str, ask: Callable[[], T], *, kept_s: int) -> T | None:
    """Its answer, at most so old; None when it could not be asked, which is remembered as long."""
    answers: list[T] | None = cache.get(cache_key)
    if answers is None:
        try:
            answers = [ask()]
        except PortalError:
            answers = []
        cache.set(cache_key, answers, kept_s)
    return answers[0] if answers else None
