"""What the parts of an SMTP user on IAM are called; pure."""

from __future__ import annotations

POLICY_NAME = "postroom-senders"  # the inline one
OWNER_TAG = "postroom:smtp-user"  # its value tells whose IAM user it is


def username_key(name: str) -> str:
    """What makes a name unique: IAM folds case."""
    return name.lower()


def managed_policy_name(iam_user_name: str) -> str:
    """The name of the policy that is too long for an inline one."""
    return f"{iam_user_name}-senders"
