"""The double of Google, with the portal led to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.test import override_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.gmail_testing import GmailControl


@contextmanager
def led_to(double: GmailControl, **changes: object) -> Iterator[GmailControl]:
    """Lead the portal's settings to the double, as it is right after its start."""
    double.reset()
    with override_settings(**{**double.settings(), "GOOGLE_ANSWER_S": 30.0, **changes}):
        yield double
