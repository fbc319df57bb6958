"""Which accounts mail may leave through."""

from __future__ import annotations

from campaigns.sending.models import SendingAccount


def first_account() -> SendingAccount | None:
    """What a new draft goes out through until somebody chooses: the oldest account in use, else the oldest."""
    return SendingAccount.objects.order_by("-is_active", "pk").first()
