"""Connects one account and sends all mail there: `python -m bench.gmail_stage`, in the bench's own environment."""

from __future__ import annotations

import workers.app  # noqa: F401  # sets Django up
from routing.rules.models import DefaultRoute
from tests.crash.gmail_stage import agree


def main() -> None:
    mailbox = agree("anna@gmail.example")
    action = {"kind": "gmail", "account_id": mailbox.pk, "labels": [], "never_spam": False}
    DefaultRoute.objects.update_or_create(pk=1, defaults={"choices": [{"conditions": [], "actions": [action]}]})


if __name__ == "__main__":
    main()
