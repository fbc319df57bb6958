"""IAM as moto plays it: counts the calls, strikes at one of them, and answers for what is really on it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from unittest.mock import patch

import boto3
import botocore.client
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws
from moto.iam.models import iam_backends

from credentials.encryption.services import opened_keys
from credentials.smtp_users import proof, steps
from credentials.smtp_users.password import smtp_password
from credentials.smtp_users.trouble import EndpointAway, LoginRefused
from portal.aws import iam

# What changes something on IAM; the proof of the login is struck like a call.
CHANGES = (
    "CreateUser", "PutUserPolicy", "CreatePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "AttachUserPolicy",
    "DetachUserPolicy", "DeletePolicy", "DeleteUserPolicy", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
    "DeleteUser",
)  # fmt: skip
PROOF = "ProveLogin"
ACCOUNT = "123456789012"  # moto's usual one


class Blow(StrEnum):
    """How a call is struck."""

    FAILS_BEFORE = "fails before"  # refused with 503; nothing was carried out
    FAILS_AFTER = "fails after"  # carried out, and the answer lost
    KILLED_AFTER = "killed after"  # carried out, and the worker is gone
    KILLED_BEFORE = "killed before"
    DENIED = "denied"  # refused for good


class Killed(BaseException):
    """The worker's process is gone: nothing of its code may run any more."""


@dataclass(slots=True)
class MotoIam:
    """`calls` is what was asked, in order. `strike_at` counts every call from 1; 0 strikes none."""

    region: str
    calls: list[str] = field(default_factory=list)
    strike_at: int = 0
    is_struck_for_ever: bool = False  # that very call, each time it comes
    blow: Blow = Blow.FAILS_BEFORE
    kill: Callable[[], None] | None = None  # instead of raising Killed
    struck: str = ""
    refused_logins: int = 0  # so many are refused, as those with fresh keys are
    is_endpoint_away: bool = False
    meanwhile: Callable[[str], None] | None = None  # called before each call with its name

    def expect(self, strike_at: int, blow: Blow, *, for_ever: bool = False) -> None:
        """Strike at the call of this number from now on."""
        self.calls.clear()
        self.strike_at, self.blow, self.struck, self.is_struck_for_ever = strike_at, blow, "", for_ever

    def _is_struck(self, name: str) -> bool:
        self.calls.append(name)
        if self.is_struck_for_ever and self.struck:
            return name == self.struck
        if len(self.calls) != self.strike_at:
            return False
        self.struck = name
        return True

    def carry_out(self, name: str, call: Callable[[], Any]) -> Any:
        """One call, struck or not."""
        if self.meanwhile:
            self.meanwhile(name)
        if not self._is_struck(name):
            return call()
        if self.blow is Blow.KILLED_BEFORE:
            self._die()
        if self.blow in {Blow.FAILS_BEFORE, Blow.DENIED}:
            raise self._refusal(name)
        answer = call()
        if self.blow is Blow.KILLED_AFTER:
            self._die()
        if name == PROOF:
            raise EndpointAway("the answer was lost")
        raise ReadTimeoutError(endpoint_url=f"https://iam.example/{answer is not None}")

    def _die(self) -> None:
        if self.kill:
            self.kill()
        raise Killed

    def _refusal(self, name: str) -> Exception:
        if name == PROOF:
            return EndpointAway("nobody answers at port 587")
        code, status = ("AccessDenied", 403) if self.blow is Blow.DENIED else ("ServiceFailure", 503)
        answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return ClientError(answer, name)  # type: ignore[arg-type]

    # --- What is really there

    @property
    def backend(self) -> Any:
        return iam_backends[ACCOUNT]["aws"]

    def users(self) -> list[str]:
        return sorted(user.name for user in self.backend.users.values())

    def keys(self, user_name: str) -> dict[str, bool]:
        """Active or not, by id."""
        return {key.access_key_id: key.status == "Active" for key in self.backend.users[user_name].access_keys}

    def inline_policies(self, user_name: str) -> dict[str, str]:
        return dict(self.backend.users[user_name].policies)

    def secrets(self) -> list[str]:
        """The secrets of all keys, which IAM itself tells once only."""
        return [key.secret_access_key for user in self.backend.users.values() for key in user.access_keys]

    def left_over(self) -> Counter[str]:
        """How many users, keys and own policies there are."""
        users = list(self.backend.users.values())
        own = [
            policy
            for policy in self.backend.managed_policies.values()
            if not policy.arn.startswith("arn:aws:iam::aws:")
        ]
        return +Counter(users=len(users), keys=sum(len(user.access_keys) for user in users), policies=len(own))

    def can_log_in(self, access_key_id: str, password: str) -> bool:
        """As SES would: the key is active, the password its own, and the user has a policy."""
        for user in self.backend.users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key_id and key.status == "Active":
                    return password == smtp_password(key.secret_access_key, self.region)
        return False

    def log_in(self, access_key_id: str, password: str, *, region: str) -> None:
        """In the place of proof.prove_login."""
        self.carry_out(PROOF, lambda: self._answer(access_key_id, password, region))

    def _answer(self, access_key_id: str, password: str, region: str) -> None:
        if self.is_endpoint_away:
            raise EndpointAway("nobody answers at port 587")
        self.refused_logins -= 1
        if self.refused_logins >= 0 or region != self.region or not self.can_log_in(access_key_id, password):
            raise LoginRefused("535 Authentication Credentials Invalid")


@dataclass(slots=True)
class NoisyIam(MotoIam):
    """While `is_noisy`: of 100 calls 6 are throttled, 3 lose their answer, and at 2 the worker is killed."""

    is_noisy: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    blow_count: int = 0

    def carry_out(self, name: str, call: Callable[[], Any]) -> Any:
        if not self.is_noisy:
            return MotoIam.carry_out(self, name, call)
        luck = self.chance.random()
        if luck < 0.06 and name != PROOF:
            answer = {"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}
            raise ClientError(answer, name)  # type: ignore[arg-type]
        answer = call()
        if luck > 0.98:
            self._die()
        if luck > 0.95 and name != PROOF:
            raise ReadTimeoutError(endpoint_url="https://iam.example/")
        return answer


Double = TypeVar("Double", bound=MotoIam)


@contextmanager
def moto_iam(settings: Any, data_dir: Any, *, kind: type[Double] = MotoIam) -> Iterator[Double]:  # type: ignore[assignment]
    """IAM in this process, empty, with master keys of its own."""
    settings.DATA_DIR = data_dir
    settings.KMS_KEY_ID = ""
    opened_keys.clear()
    double = kind(settings.AWS_REGION)
    with mock_aws(), struck_by(double), patch.multiple(iam, _client=_client, _once_client=_client):
        yield double
    opened_keys.clear()


@cache
def _client() -> Any:
    """One for all tests: making it takes longer than most of them."""
    return boto3.client("iam", region_name="us-east-1")


@contextmanager
def struck_by(double: MotoIam) -> Iterator[None]:
    """Lead every changing call of IAM and every login through the double."""
    plain = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def make_api_call(client: Any, name: str, arguments: Any) -> Any:
        if name in CHANGES:
            return double.carry_out(name, lambda: plain(client, name, arguments))
        return plain(client, name, arguments)

    with (
        patch.object(botocore.client.BaseClient, "_make_api_call", make_api_call),
        patch.object(proof, "prove_login", double.log_in),
        patch.object(steps, "LISTED_AFTER_S", 0.0),
    ):
        yield
