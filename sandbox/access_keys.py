"""What moto's IAM knows of one access key, for the SES double's SMTP server: asked under `/_sandbox/access-keys/<id>`.

IAM tells nobody a secret after it was made, but SES needs it to know an SMTP password; so this looks into moto itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from moto.iam.models import AccessKey, Group, IAMBackend, User, iam_backends

from sandbox.ses_smtp.facts import PATH, KeyFacts

# `Any`: WSGI's own shapes
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def with_access_keys(application: Application) -> Application:
    """Answer questions about access keys, and leave all else to moto."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PATH):
            return application(environ, start_response)
        facts = describe_key(unquote(path.removeprefix(PATH)))
        status = HTTPStatus.OK if facts else HTTPStatus.NOT_FOUND
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
        return [json.dumps(facts).encode()]

    return answer


def describe_key(access_key_id: str) -> KeyFacts | None:
    """Return what IAM knows of the key, or None."""
    for account_id, backend in _backends():
        for user in list(backend.users.values()):
            for key in list(user.access_keys):
                if key.access_key_id == access_key_id:
                    return _facts(account_id, backend, user, key)
    return None


def _backends() -> Iterator[tuple[str, IAMBackend]]:
    for account_id, backends in list(iam_backends.items()):
        for backend in list(backends.values()):
            yield account_id, backend


def _facts(account_id: str, backend: IAMBackend, user: User, key: AccessKey) -> KeyFacts:
    return KeyFacts(
        user_name=user.name,
        user_arn=user.arn,
        account_id=account_id,
        secret=key.secret_access_key,
        is_active=key.status == "Active",
        made_at_s=_seconds(key.create_date),
        policies=list(_policies(backend, user)),
    )


def _policies(backend: IAMBackend, user: User) -> Iterator[str]:
    """Give the user's own policies, those attached to it, and the same of each of its groups."""
    groups: list[Group] = backend.get_groups_for_user(user.name)
    holders: list[User | Group] = [user, *groups]
    for holder in holders:
        yield from holder.policies.values()
        for policy in holder.managed_policies.values():
            yield from (str(version.document) for version in policy.versions if version.is_default)


def _seconds(made_at: datetime) -> float:
    return made_at.replace(tzinfo=UTC).timestamp() if made_at.tzinfo is None else made_at.timestamp()
