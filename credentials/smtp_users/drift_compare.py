"""One SMTP user as the table has it against what IAM says, difference by difference; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from credentials.smtp_users.names import POLICY_NAME


class Kind(StrEnum):
    """What can differ. Words are stored: add, never reuse."""

    MISSING_USER = "missing_user"
    STRANGER = "stranger"  # the name is taken by an IAM user that is not ours
    MISSING_POLICY = "missing_policy"
    CHANGED_POLICY = "changed_policy"
    FOREIGN_POLICY = "foreign_policy"  # inline; its subject is the policy's name
    FOREIGN_ATTACHED = "foreign_attached"  # managed; its subject is the ARN
    GROUP = "group"
    EXTRA_KEY = "extra_key"
    MISSING_KEY = "missing_key"
    KEY_ACTIVE = "key_active"  # on IAM, and must not
    KEY_INACTIVE = "key_inactive"
    ORPHAN_USER = "orphan_user"  # under our path, of nobody in the table
    ORPHAN_POLICY = "orphan_policy"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference; `subject` is the key, policy or group it is about, "" for the user itself."""

    kind: Kind
    iam_user_name: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the table says. `managed_arn` "" means that the policy is inline; `keys` tells which are active, by id."""

    iam_user_name: str
    document: str
    managed_arn: str = ""
    keys: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actual:
    """What IAM says; documents are parsed JSON. `is_ours` is false for a user who has our name by chance."""

    is_there: bool = True
    is_ours: bool = True
    inline: Mapping[str, Any] = field(default_factory=dict)  # by name
    attached: Mapping[str, Any] = field(default_factory=dict)  # by ARN; the document of ours only
    groups: tuple[str, ...] = ()
    keys: Mapping[str, bool] = field(default_factory=dict)


def compare(expected: Expected, actual: Actual) -> list[Finding]:
    """Every difference; of a user who is not there, or not ours, that alone."""
    name = expected.iam_user_name
    if not actual.is_there:
        return [Finding(Kind.MISSING_USER, name)]
    if not actual.is_ours:
        return [Finding(Kind.STRANGER, name)]
    found = [*_own_policy(expected, actual), *_foreign_policies(expected, actual), *_keys(expected, actual)]
    return [Finding(kind, name, subject) for kind, subject in found]


def _own_policy(expected: Expected, actual: Actual) -> Iterator[tuple[Kind, str]]:
    policies = actual.attached if expected.managed_arn else actual.inline
    subject = expected.managed_arn or POLICY_NAME
    if subject not in policies:
        yield Kind.MISSING_POLICY, subject
    elif policies[subject] != json.loads(expected.document or "{}"):
        yield Kind.CHANGED_POLICY, subject


def _foreign_policies(expected: Expected, actual: Actual) -> Iterator[tuple[Kind, str]]:
    own_inline = "" if expected.managed_arn else POLICY_NAME
    yield from ((Kind.FOREIGN_POLICY, name) for name in actual.inline if name != own_inline)
    yield from ((Kind.FOREIGN_ATTACHED, arn) for arn in actual.attached if arn != expected.managed_arn)
    yield from ((Kind.GROUP, group) for group in actual.groups)


def _keys(expected: Expected, actual: Actual) -> Iterator[tuple[Kind, str]]:
    yield from ((Kind.EXTRA_KEY, key_id) for key_id in actual.keys if key_id not in expected.keys)
    for key_id, must_be_active in expected.keys.items():
        if key_id not in actual.keys:
            yield Kind.MISSING_KEY, key_id
        elif actual.keys[key_id] != must_be_active:
            yield (Kind.KEY_INACTIVE if must_be_active else Kind.KEY_ACTIVE), key_id
