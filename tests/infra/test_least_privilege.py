"""Each function can do its work with its own role, and nothing of another's: by the policies, and by moto's enforcement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from tests.infra.conftest import tell
from tests.infra.deeds import ACCOUNT, DOES, Deed, Names, deeds_of, does, forbidden_to_all
from tests.infra.environments import ZONE, Applied
from tests.infra.policy import is_allowed

pytestmark = pytest.mark.terraform
NO_LIMIT = 10**9
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403"})


def names_of(applied: Applied) -> Names:
    return Names(applied.postroom["name"], applied.postroom["key_arn"], ZONE)


def roles_of(applied: Applied) -> list[str]:
    """Of the functions and the web; where there are workers outside of Lambda, theirs."""
    roles = set(applied.postroom["role_policies"])
    assert roles | {"celery"} == set(DOES)
    return [role for role in DOES if role in roles]


def test_each_role_allows_its_functions_deeds_and_no_others(applied: Applied):
    deeds, policies = deeds_of(names_of(applied)), applied.postroom["role_policies"]
    wrong, table = [], []
    for function in roles_of(applied):
        allowed = {
            words
            for words, deed in deeds.items()
            if is_allowed(policies[function], deed.action, deed.resource, deed.context)
        }
        wrong += [f"{function} cannot {words}" for words in sorted(does(function) - allowed)]
        wrong += [f"{function} could {words}" for words in sorted(allowed - does(function))]
        table.append(
            f"  {function:<12} {len(allowed):>2} allowed, {len(deeds) - len(allowed):>2} refused: {', '.join(sorted(allowed))}"
        )
    tell(f"{applied.name}: {len(deeds)} deeds for each of {len(table)} roles\n" + "\n".join(table))
    assert wrong == []


def test_no_role_at_all_allows_what_widens_rights_or_loses_data(applied: Applied):
    forbidden, policies = forbidden_to_all(names_of(applied)), applied.postroom["role_policies"]
    wrong = [
        f"{role} could {words}"
        for role, document in policies.items()
        for words, deed in forbidden.items()
        if is_allowed(document, deed.action, deed.resource, deed.context)
    ]
    assert wrong == []


def test_what_limits_smtp_users_allows_sending_alone(applied: Applied):
    iam = applied.endpoints.client("iam")
    arn = applied.postroom["environment"]["SMTP_USER_BOUNDARY_ARN"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert sorted(document["Statement"][0]["Action"]) == ["ses:SendEmail", "ses:SendRawEmail"]
    assert len(document["Statement"]) == 1


def test_roles_are_enforced_call_by_call(applied: Applied):
    deeds = {words: deed for words, deed in deeds_of(names_of(applied)).items() if deed.action in CALLS}
    put_samples(applied, deeds)
    wrong, count = [], 0
    credentials = {role: credentials_of(applied, role) for role in roles_of(applied)}
    with enforced(applied):
        for function, keys in credentials.items():
            for words, deed in deeds.items():
                passed = passes(applied, keys, deed)
                count += 1
                if passed != (words in does(function)):
                    wrong.append(f"{function} {'could' if passed else 'cannot'} {words}")
    tell(
        f"{applied.name}: {count} calls to SQS, S3 and IAM under {len(credentials)} roles, as expected: {count - len(wrong)}"
    )
    assert wrong == []


@contextmanager
def enforced(applied: Applied) -> Iterator[None]:
    """Moto asks IAM for every call within the block."""
    switch(applied, calls=0)
    try:
        yield
    finally:
        switch(applied, calls=NO_LIMIT)


def switch(applied: Applied, *, calls: int) -> None:
    url = applied.endpoints.moto + "/moto-api/reset-auth"
    urllib3.request("POST", url, body=str(calls), headers={"Content-Type": "text/plain"})


def credentials_of(applied: Applied, role: str) -> dict[str, str]:
    arn = applied.postroom["role_arns"][role]
    keys = applied.endpoints.client("sts").assume_role(RoleArn=arn, RoleSessionName="try")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def put_samples(applied: Applied, deeds: dict[str, Deed]) -> None:
    """Moto looks for an object or a user before it asks who may."""
    s3, iam = applied.endpoints.client("s3"), applied.endpoints.client("iam")
    iam.create_user(UserName=user(names_of(applied).smtp_user), Path=user_path(names_of(applied).smtp_user))
    for deed in deeds.values():
        if deed.action.startswith("s3:"):
            bucket, key = deed.resource.removeprefix("arn:aws:s3:::").split("/", 1)
            s3.put_object(Bucket=bucket, Key=key, Body=b"a")


def remove_samples(applied: Applied) -> None:
    iam, name = applied.endpoints.client("iam"), user(names_of(applied).smtp_user)
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


def passes(applied: Applied, credentials: dict[str, str], deed: Deed) -> bool:
    """Whether the call is let through; what it then lacks is no matter."""
    client = applied.endpoints.client(deed.action.split(":")[0], **credentials)
    try:
        CALLS[deed.action](client, deed.resource, applied.endpoints.moto)
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


def queue_url(arn: str, endpoint: str) -> str:
    return f"{endpoint}/{ACCOUNT}/{arn.rsplit(':', 1)[1]}"


def place(arn: str) -> dict[str, str]:
    bucket, key = arn.removeprefix("arn:aws:s3:::").split("/", 1)
    return {"Bucket": bucket, "Key": key}


def user(arn: str) -> str:
    return arn.rsplit("/", 1)[1]


def user_path(arn: str) -> str:
    return arn.split(":user", 1)[1].rsplit("/", 1)[0] + "/"


CALLS: dict[str, Callable[[Any, str, str], object]] = {
    "sqs:ReceiveMessage": lambda sqs, arn, at: sqs.receive_message(QueueUrl=queue_url(arn, at), WaitTimeSeconds=0),
    "sqs:SendMessage": lambda sqs, arn, at: sqs.send_message(QueueUrl=queue_url(arn, at), MessageBody="a"),
    "sqs:ListQueueTags": lambda sqs, arn, at: sqs.list_queue_tags(QueueUrl=queue_url(arn, at)),
    "sqs:TagQueue": lambda sqs, arn, at: sqs.tag_queue(QueueUrl=queue_url(arn, at), Tags={"a": "b"}),
    "s3:GetObject": lambda s3, arn, _at: s3.get_object(**place(arn)),
    "s3:PutObject": lambda s3, arn, _at: s3.put_object(**place(arn), Body=b"a"),
    "s3:DeleteObject": lambda s3, arn, _at: s3.delete_object(**place(arn)),
    "iam:CreateUser": lambda iam, arn, _at: iam.create_user(UserName=user(arn), Path=user_path(arn)),
    "iam:CreateAccessKey": lambda iam, arn, _at: iam.create_access_key(UserName=user(arn)),
    "iam:ListUsers": lambda iam, _arn, _at: iam.list_users(),
}
