"""What the parts of an SMTP user on IAM are called; pure."""

from __future__ import annotations

import re

POLICY_NAME = "postroom-senders"  # the inline one
OWNER_TAG = "postroom:smtp-user"  # its value tells whose IAM user it is
INSTALLATION_TAG = "postroom:installation"

_KEY_ID = re.compile(r"\b([A-Z0-9]{4})[A-Z0-9]{8,}([A-Z0-9]{4})\b")  # an access key's id, the user name of a login


def username_key(name: str) -> str:
    """What makes a name unique: IAM folds case."""
    return name.lower()


def managed_policy_name(iam_user_name: str) -> str:
    """The name of the policy that is too long for an inline one."""
    return f"{iam_user_name}-senders"


def cut_logins_short(text: str) -> str:
    """The text with only the ends of access keys' ids: enough to tell one from another, and no half of a login."""
    return _KEY_ID.sub(r"\1…\2", text)
