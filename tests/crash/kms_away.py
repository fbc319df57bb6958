"""KMS fails during a whole campaign, and nothing secret lies about: `python -m tests.crash.kms_away --people 5000`.

SMTP users are made first, so that there are passwords to leak: their secrets and passwords are the canaries that are then
looked for in the database's file, in every file that was written, and in the log at its most talkative.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import logging
import os
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError

if __name__ == "__main__":  # all that is written lies in one folder, which is then searched
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="postroom-kms-")

from tests.crash.smtp_users import ServedIam, scene  # isort: skip  # sets Django up
from django.conf import settings
from django.db import connection
from django.test import override_settings

from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from credentials.encryption.services import opened_keys
from credentials.smtp_users.machine import reconcile
from credentials.smtp_users.models import SmtpUser
from credentials.smtp_users.password import smtp_password
from credentials.smtp_users.reveal import open_password
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from portal.aws import iam, kms
from portal.errors import PortalError
from sandbox.ses_smtp.facts import PATH
from tests.doubles.iam import MotoIam
from tests.factories.running import running_campaign, send_all


@dataclass(slots=True)
class AwayKms:
    """A client of KMS whose every call fails, as in an outage."""

    asked: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(**_arguments: Any) -> Any:
            self.asked.append(name)
            answer = {"Error": {"Code": "KMSInternalException"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
            raise ClientError(answer, name)  # type: ignore[arg-type]

        return fail


@dataclass(frozen=True, slots=True)
class KmsReport:
    """What came out. `asked` counts the calls of KMS that failed while the campaign ran."""

    people: int
    accepted: int
    asked_by_campaign: int
    user_without_kms: str  # state and reason of an SMTP user who was to be made meanwhile
    left_of_user: int  # users on IAM beyond those made before
    reveal: str  # what was said instead of a password
    canaries: int
    searched_bytes: int
    found: tuple[str, ...]  # places with a canary

    @property
    def is_good(self) -> bool:
        is_told = "KMS" in self.user_without_kms and "KMS" in self.reveal
        return self.people == self.accepted and is_told and not (self.left_of_user or self.found)

    def __str__(self) -> str:
        return (
            f"KMS away for a whole campaign: {self.accepted} of {self.people} people accepted, KMS asked "
            f"{self.asked_by_campaign} times by it; a new SMTP user: {self.user_without_kms} "
            f"({self.left_of_user} left on IAM); revealing: {self.reveal}\n"
            f"{self.canaries} canaries in {self.searched_bytes:,} bytes of database, files and log: "
            f"{len(self.found)} found {' '.join(self.found)}"
        )


@contextmanager
def own_kms_key(settings: Any) -> Iterator[None]:
    """Seal under a key of moto's KMS."""
    client = boto3.client("kms", region_name="us-east-1")
    settings.KMS_KEY_ID = client.create_key()["KeyMetadata"]["Arn"]
    with patch.object(kms, "_client", lambda: client):
        yield


@contextmanager
def talkative_log() -> Iterator[io.StringIO]:
    """Everything that our own LOGGING lets through at DEBUG, every logger's words."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    before, handlers = root.level, root.handlers
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(before)
        root.handlers = handlers


def prove(
    iam: MotoIam, *, people: int, send: Callable[[int], int], secrets: Callable[[], list[str]],
    read_database: Callable[[], bytes], folders: Iterable[Path],
) -> KmsReport:  # fmt: skip
    """`send` sends a campaign and says how many were accepted; `secrets` are the access keys' on IAM."""
    away = AwayKms()
    with talkative_log() as log:
        users = [_made(number) for number in range(5)]
        with patch.object(kms, "_client", lambda: away):
            opened_keys.clear()  # as in a process that has not sealed or opened anything yet
            accepted, asked = send(people), len(away.asked)
            before = len(iam.users())
            late = _made(99)
            left, reveal = len(iam.users()) - before, _reveal(users[0])
        canaries = _canaries(users, secrets())
        _made(100)
        places = {"database": read_database(), "log": log.getvalue().encode(), **_files(folders)}
    found = [name for name, content in places.items() if any(form in content for form in canaries)]
    assert SmtpUser.objects.filter(state="active").count() == len(users) + 1
    searched = sum(len(content) for content in places.values())
    told = f"{late.state}: {late.state_reason}"
    return KmsReport(people, accepted, asked, told, left, reveal, len(canaries), searched, tuple(found))


def _made(number: int) -> SmtpUser:
    user = save_smtp_user(SmtpUserDraft(f"canary-{number}", ["scan@example.org"]), actor=None)
    reconcile(user.pk)
    user.refresh_from_db()
    return user


def _reveal(user: SmtpUser) -> str:
    try:
        return "revealed " + open_password(user).key.access_key_id
    except PortalError as error:
        return str(error)


def _canaries(users: list[SmtpUser], secrets: list[str]) -> set[bytes]:
    """Secrets and passwords as they are, and in base64."""
    texts = {text.encode() for secret in secrets for text in (secret, smtp_password(secret, users[0].region))}
    assert len(texts) >= 2 * len(users)
    return texts | {base64.b64encode(text) for text in texts}


def _files(folders: Iterable[Path]) -> dict[str, bytes]:
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.name): path.read_bytes() for path in paths}


def send_campaign(people: int) -> int:
    """A campaign from its plan to its end; how many SES accepted."""
    send_all(running_campaign(people))
    return Delivery.objects.filter(state=DeliveryState.ACCEPTED).count()


def _served_secrets(double: ServedIam) -> list[str]:
    url = os.environ["AWS_ENDPOINT_URL_IAM"] + PATH
    ids = [key.key_id for name in double.users() for key in iam.list_keys(name)]
    found = []
    for key_id in ids:
        with urllib.request.urlopen(url + key_id) as answer:
            found.append(str(json.load(answer)["secret"]))
    return found


def _database_files() -> bytes:
    path = Path(str(connection.settings_dict["NAME"]))
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def main() -> int:
    """The long form: a served SES, IAM and KMS, and a database in a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.kms_away", description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    asked = parser.parse_args()
    with scene() as (double, reset):
        reset()
        with override_settings(SEND_GRACE_S=0, KMS_KEY_ID="to be made"), own_kms_key(settings):
            report = prove(
                double, people=asked.people, send=send_campaign, secrets=lambda: _served_secrets(double),
                read_database=_database_files, folders=(Path(tempfile.gettempdir()),),
            )  # fmt: skip
    print(report)
    return int(not report.is_good)


if __name__ == "__main__":
    sys.exit(main())
