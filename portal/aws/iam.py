"""AWS IAM: users without console access, their access keys and policies.

Deleting what is gone already is no error. Every function raises OutsideError; AnswerLost where IAM may have acted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from portal.aws.session import session, translated
from portal.errors import AnswerLost, Refused, Unavailable

MISSING, EXISTS, LIMIT, CONFLICT = "NoSuchEntity", "EntityAlreadyExists", "LimitExceeded", "DeleteConflict"
# Somebody else changes the same thing, or IAM has not spread it yet: later is fine.
_FOR_THE_MOMENT = frozenset({"ConcurrentModification", "EntityTemporarilyUnmodifiable"})
MAX_KEYS = 2  # of one user
_MAX_POLICY_VERSIONS = 5
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class IamUser:
    """A user as IAM has it."""

    name: str
    path: str
    arn: str
    created_at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key without its secret, which IAM tells once only."""

    key_id: str
    is_active: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """A key just made."""

    key_id: str
    secret: str = field(repr=False)
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LastUse:
    """When and for what a key was last used; None and "" when never, or too long ago."""

    at: datetime | None
    service: str
    region: str


@cache
def _client() -> Any:
    config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})
    return session().client("iam", config=config)


@cache
def _once_client() -> Any:
    """For what must not be done twice: a second key would be made where the first answer was lost."""
    config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 1})
    return session().client("iam", config=config)


def forget_clients() -> None:
    """Make new clients at the next call; for tests and for processes that changed their endpoints."""
    _client.cache_clear()
    _once_client.cache_clear()


@contextmanager
def _asked() -> Iterator[None]:
    try:
        with translated("iam"):
            try:
                yield
            except (ReadTimeoutError, ConnectionClosedError) as error:
                raise AnswerLost("IAM did not answer.", service="iam") from error
    except Refused as error:
        if error.code in _FOR_THE_MOMENT:
            raise Unavailable(str(error), service="iam", code=error.code) from error
        raise


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        with _asked():
            yield
    except Refused as error:
        if error.code != MISSING:
            raise


def _if_there(ask: Callable[[], Found]) -> Found | None:
    """The answer, or None when IAM knows nothing of that name."""
    try:
        with _asked():
            return ask()
    except Refused as error:
        if error.code == MISSING:
            return None
        raise


# --- Users


def create_user(name: str, *, path: str, tags: Mapping[str, str], boundary_arn: str = "") -> str:
    """Make a user without a password for the console; returns its ARN. Raises Refused with the code EXISTS."""
    extra = {"PermissionsBoundary": boundary_arn} if boundary_arn else {}
    with _asked():
        answer = _client().create_user(UserName=name, Path=path, Tags=_tags(tags), **extra)
    return str(answer["User"]["Arn"])


def get_user(name: str) -> IamUser | None:
    """The user with its tags, or None."""
    return _if_there(lambda: _user(_client().get_user(UserName=name)["User"]))


def list_users(path: str) -> list[IamUser]:
    """All users under a path, without their tags: IAM lists none."""
    return [_user(user) for user in _pages("list_users", "Users", PathPrefix=path)]


def delete_user(name: str) -> None:
    """Delete a user who has nothing left. Raises Refused with the code CONFLICT while it has."""
    with _gone_is_fine():
        _client().delete_user(UserName=name)


def list_groups(name: str) -> list[str]:
    """Names of the groups that the user is in."""
    return [str(group["GroupName"]) for group in _pages("list_groups_for_user", "Groups", UserName=name)]


def remove_from_group(name: str, group: str) -> None:
    """Take the user out of a group."""
    with _gone_is_fine():
        _client().remove_user_from_group(UserName=name, GroupName=group)


# --- Access keys


def create_key(name: str) -> NewAccessKey:
    """Make an access key. Raises Refused with the code LIMIT when the user has two."""
    with _asked():
        key = _once_client().create_access_key(UserName=name)["AccessKey"]
    return NewAccessKey(key_id=str(key["AccessKeyId"]), secret=str(key["SecretAccessKey"]), made_at=key["CreateDate"])


def list_keys(name: str) -> list[AccessKey]:
    """The keys of a user."""
    return [
        AccessKey(key_id=str(key["AccessKeyId"]), is_active=key["Status"] == "Active", made_at=key["CreateDate"])
        for key in _pages("list_access_keys", "AccessKeyMetadata", UserName=name)
    ]


def set_key_status(name: str, key_id: str, *, is_active: bool) -> None:
    """Let a key in, or keep it out. Raises Refused with the code MISSING."""
    with _asked():
        _client().update_access_key(UserName=name, AccessKeyId=key_id, Status="Active" if is_active else "Inactive")


def delete_key(name: str, key_id: str) -> None:
    """Delete a key; its secret is then good for nothing."""
    with _gone_is_fine():
        _client().delete_access_key(UserName=name, AccessKeyId=key_id)


def key_last_use(key_id: str) -> LastUse:
    """When the key was last used, as IAM knows it: some minutes late."""
    with _asked():
        used = _client().get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
    return LastUse(
        at=used.get("LastUsedDate"), service=_known(used.get("ServiceName")), region=_known(used.get("Region"))
    )


# --- Policies


def put_inline_policy(name: str, policy_name: str, document: str) -> None:
    """Write an inline policy, over the one of this name."""
    with _asked():
        _client().put_user_policy(UserName=name, PolicyName=policy_name, PolicyDocument=document)


def list_inline_policies(name: str) -> list[str]:
    """Names of the inline policies of a user."""
    return [str(policy_name) for policy_name in _pages("list_user_policies", "PolicyNames", UserName=name)]


def get_inline_policy(name: str, policy_name: str) -> Any:
    """The document as parsed JSON, or None."""
    return _if_there(lambda: _client().get_user_policy(UserName=name, PolicyName=policy_name)["PolicyDocument"])


def delete_inline_policy(name: str, policy_name: str) -> None:
    """Delete one inline policy."""
    with _gone_is_fine():
        _client().delete_user_policy(UserName=name, PolicyName=policy_name)


def create_policy(policy_name: str, *, path: str, document: str, tags: Mapping[str, str]) -> str:
    """Make a managed policy; returns its ARN. Raises Refused with the code EXISTS."""
    with _asked():
        policy = {"PolicyName": policy_name, "Path": path, "PolicyDocument": document, "Tags": _tags(tags)}
        answer = _client().create_policy(**policy)
    return str(answer["Policy"]["Arn"])


def list_policies(path: str) -> list[tuple[str, str]]:
    """(name, ARN) of the account's own managed policies under a path."""
    found = _pages("list_policies", "Policies", Scope="Local", PathPrefix=path)
    return [(str(policy["PolicyName"]), str(policy["Arn"])) for policy in found]


def get_managed_policy(arn: str) -> Any:
    """The document in force as parsed JSON, or None."""

    def in_force() -> Any:
        version = _client().get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return _client().get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    return _if_there(in_force)


def set_policy_document(arn: str, document: str) -> None:
    """Put another document in force; the oldest version makes room."""
    versions = _pages("list_policy_versions", "Versions", PolicyArn=arn)
    old = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
    if len(versions) >= _MAX_POLICY_VERSIONS:
        with _gone_is_fine():
            _client().delete_policy_version(PolicyArn=arn, VersionId=old[0]["VersionId"])
    with _asked():
        _client().create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)


def attach_policy(name: str, arn: str) -> None:
    """Give the user a managed policy; harmless twice."""
    with _asked():
        _client().attach_user_policy(UserName=name, PolicyArn=arn)


def detach_policy(name: str, arn: str) -> None:
    """Take a managed policy from the user."""
    with _gone_is_fine():
        _client().detach_user_policy(UserName=name, PolicyArn=arn)


def list_attached_policies(name: str) -> list[tuple[str, str]]:
    """(name, ARN) of the managed policies that the user has."""
    found = _pages("list_attached_user_policies", "AttachedPolicies", UserName=name)
    return [(str(policy["PolicyName"]), str(policy["PolicyArn"])) for policy in found]


def delete_policy(arn: str) -> None:
    """Delete a managed policy that nobody has any more, with all its versions."""
    with _gone_is_fine():
        for version in _pages("list_policy_versions", "Versions", PolicyArn=arn):
            if not version["IsDefaultVersion"]:
                _client().delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        _client().delete_policy(PolicyArn=arn)


def _pages(operation: str, part: str, **arguments: str) -> list[Any]:
    with _asked():
        pages = _client().get_paginator(operation).paginate(**arguments)
        return [each for page in pages for each in page[part]]


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _user(user: Mapping[str, Any]) -> IamUser:
    tags = {tag["Key"]: tag["Value"] for tag in user.get("Tags", ())}
    return IamUser(user["UserName"], user["Path"], user["Arn"], user["CreateDate"], tags)


def _known(word: str | None) -> str:
    return "" if word in {None, "N/A"} else str(word)
