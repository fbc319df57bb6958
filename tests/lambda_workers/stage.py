"""Work inside a proof's own environment: `python -m tests.lambda_workers.stage drop_folder`, `... smtp_make 5`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.models import Contact
from campaigns.importing.models import ContactImport, DropFolder
from credentials.encryption.services import unseal
from credentials.smtp_users import services
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser
from credentials.smtp_users.proof import prove_login
from credentials.smtp_users.trouble import EndpointAway, LoginRefused
from portal.aws import iam
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


def smtp_make(count: str) -> dict[str, int]:
    """So many SMTP users are wished for."""
    for number in range(int(count)):
        services.save_smtp_user(services.SmtpUserDraft(f"printer-{number}", ["scan@example.org"]), actor=None)
    return {"users": SmtpUser.objects.count()}


def smtp_ask(deed: str) -> dict[str, str]:
    """A deed is wished of every SMTP user."""
    service = {
        "rotate": services.rotate_smtp_user,
        "finish": services.finish_rotation,
        "delete": services.delete_smtp_user,
    }
    for user in SmtpUser.objects.all():
        service[deed](user.pk, actor=None)
    return {"asked": deed}


def smtp_users() -> dict[str, int]:
    """What is on IAM, and which of the passwords kept here log in."""
    users = list(iam.list_users("/"))
    return {
        "users": len(users),
        "keys": sum(len(iam.list_keys(user.name)) for user in users),
        "logins": sum(map(_logs_in, SmtpKey.objects.select_related("user"))),
        "failures": FailedMessage.objects.count(),
    }


def _logs_in(key: SmtpKey) -> bool:
    password = unseal(key.sealed_password, table=SEALED_FOR, row=key.row)
    try:
        prove_login(key.access_key_id, password, region=key.user.region)
    except (LoginRefused, EndpointAway):
        return False
    return True


DEEDS: dict[str, Callable[..., object]] = {
    "drop_folder": drop_folder,
    "imports": imports,
    "mailboxes": mailboxes,
    "mail": mail,
    "api_key": api_key,
    "smtp_make": smtp_make,
    "smtp_ask": smtp_ask,
    "smtp_users": smtp_users,
}

if __name__ == "__main__":
    print(json.dumps(DEEDS[sys.argv[1]](*sys.argv[2:])))
