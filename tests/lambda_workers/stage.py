"""Work inside a proof's own environment: `python -m tests.lambda_workers.stage drop_folder`, `... imports`, `... mail`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.models import Contact
from campaigns.importing.models import ContactImport, DropFolder
from portal.failures.models import FailedMessage
from routing.inbound.models import InboundDelivery, InboundMessage
from tests.crash.gmail_stage import EMAILS, agree
from tests.factories.api import make_key
from tests.factories.inbound import make_rule


def drop_folder() -> dict[str, int]:
    """A folder whose files are imported without asking."""
    return {"folder": DropFolder.objects.create(prefix="club", consent=True).pk}


def imports() -> dict[str, object]:
    """What became of the files."""
    fields = ("row_count", "created_count", "reject_count", "duplicate_count")
    return {
        "statuses": Counter(ContactImport.objects.values_list("status", flat=True)),
        "people": Contact.objects.count(),
        "addresses": Contact.objects.values("address_key").distinct().count(),
        "counts": list(ContactImport.objects.order_by("pk").values_list(*fields)),
        "failures": FailedMessage.objects.count(),
    }


def mailboxes() -> dict[str, int]:
    """Mail for anybody goes into one mailbox, mail for the office into two."""
    home, office, *_others = [agree(email) for email in EMAILS]
    into = [
        {"kind": "gmail", "account_id": each.pk, "labels": ["Postroom"], "never_spam": True} for each in (home, office)
    ]
    make_rule("office@in.example", *into)
    return {"rule": make_rule("*@in.example", into[0]).pk}


def mail() -> dict[str, object]:
    """Where the mail stands."""
    return {
        "messages": InboundMessage.objects.count(),
        "statuses": Counter(InboundMessage.objects.values_list("status", flat=True)),
        "states": Counter(InboundDelivery.objects.values_list("state", flat=True)),
    }


def api_key() -> dict[str, str]:
    """A key that may read lists."""
    return {"key": make_key(scopes=["contacts:read", "contacts:write"]).text}


DEEDS: dict[str, Callable[[], object]] = {
    "drop_folder": drop_folder,
    "imports": imports,
    "mailboxes": mailboxes,
    "mail": mail,
    "api_key": api_key,
}

if __name__ == "__main__":
    print(json.dumps(DEEDS[sys.argv[1]]()))
