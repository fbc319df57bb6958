"""The whole command: against moto's DynamoDB, IAM and KMS, and from files."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator
from io import StringIO

import boto3
import pytest
from django.core.management import CommandError, call_command

from campaigns.audience.models import Contact
from credentials.encryption.services import unseal
from credentials.smtp_users.models import SEALED_FOR, SmtpUser
from credentials.smtp_users.password import smtp_password
from portal.aws import dynamodb, kms, session
from routing.rules.models import RoutingRule
from tests.doubles.iam import MotoIam, moto_iam

pytestmark = pytest.mark.django_db


@pytest.fixture
def aws(settings, tmp_path) -> Iterator[MotoIam]:
    """DynamoDB, IAM and KMS as moto plays them; clients made outside are forgotten, and so are those made here."""
    double: MotoIam
    with moto_iam(settings, tmp_path) as double:
        _forget_clients()
        yield double
    _forget_clients()


def _forget_clients() -> None:
    session.session.cache_clear()
    session.client.cache_clear()
    kms._client.cache_clear()


def make_table(name: str, *keys: str) -> None:
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )


def put(table: str, **values) -> None:
    boto3.resource("dynamodb", region_name="us-east-1").Table(table).put_item(Item=values)


def run(*arguments: str, code: int = 0) -> str:
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command("import_dynamodb", *arguments, stdout=out, stderr=StringIO())
        assert ended.value.code == code
    else:
        call_command("import_dynamodb", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def plan_of(tmp_path) -> dict[str, tuple[str, str]]:
    with (tmp_path / "older-systems-plan.csv").open(encoding="utf-8", newline="") as stream:
        return {line["key"]: (line["outcome"], line["reason"]) for line in csv.DictReader(stream)}


def older_login(name: str) -> tuple[str, dict[str, str]]:
    """An IAM user as the older system made it: its password, and the attributes of its row."""
    iam = boto3.client("iam", region_name="us-east-1")
    arn = iam.create_user(UserName=f"old-{name}", Path="/mail/")["User"]["Arn"]
    key = iam.create_access_key(UserName=f"old-{name}")["AccessKey"]
    password = smtp_password(key["SecretAccessKey"], "us-east-1")
    return password, {"iam_user_arn": arn, "smtp_username": key["AccessKeyId"], "status": "active"}


def encrypted(text: str) -> str:
    client = boto3.client("kms", region_name="us-east-1")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=text.encode(), EncryptionContext={"app": "mail"})["CiphertextBlob"]
    return base64.b64encode(blob).decode()


def test_a_scan_goes_on_to_the_last_page(aws):
    make_table("people", "id")
    for number in range(3):
        put("people", id=str(number), padding="x" * 390_000)
    for number in range(3, 6):
        put("people", id=str(number), email="a@example.com")
    assert sorted(str(item["id"]) for item in dynamodb.scan("people")) == [
        f"{{'S': '{number}'}}" for number in range(6)
    ]


SOURCES = ("--routing=mail", "--contacts=people", "--kms-context=app=mail")


@pytest.fixture
def annas_password(aws, settings) -> str:
    """A table of people and one of mail, with something of everything; the password that Anna logs in with."""
    settings.AWS_REGION = "us-east-1"
    make_table("mail", "PK", "SK")
    make_table("people", "id")
    put("people", id="1", email="anna@example.com", score=7)
    put("mail", PK="ROUTE#a@example.com", SK="RULE#v1", actions=[{"type": "drop"}], enabled=True)
    put("mail", PK="CANARY#1", SK="TRACKING#v1", status="done")
    password, anna = older_login("anna")
    anna["encrypted_credentials"] = encrypted(json.dumps({"smtp_password": password}))
    put("mail", PK="SMTP_USER", SK="USER#anna", allowed_from_addresses=["anna@example.com"], **anna)
    _password, bert = older_login("bert")
    put("mail", PK="SMTP_USER", SK="USER#bert", allowed_from_addresses=[], encrypted_credentials="AAAA", **bert)
    put("mail", PK="SMTP_USER", SK="USER#never", status="pending")
    put("mail", PK="SMTP_USER#carl", SK="CREDENTIALS#v1", allowed_senders=["x@example.com"])
    return password


def counts() -> tuple[int, int, int]:
    return Contact.objects.count(), RoutingRule.objects.count(), SmtpUser.objects.count()


def test_a_plan_of_tables_tells_each_row_and_changes_nothing(annas_password, tmp_path):
    assert "nothing was changed" in run(*SOURCES, code=3)
    assert counts() == (0, 0, 0)
    planned = plan_of(tmp_path)
    assert {key: outcome for key, (outcome, _reason) in planned.items()} == {
        "id=1": "new", "ROUTE#a@example.com / RULE#v1": "new", "CANARY#1 / TRACKING#v1": "left out",
        "SMTP_USER / USER#anna": "new", "SMTP_USER / USER#bert": "new", "SMTP_USER / USER#never": "refused",
        "SMTP_USER#carl / CREDENTIALS#v1": "refused",
    }  # fmt: skip
    assert planned["SMTP_USER / USER#anna"][1] == ""
    assert "without its password" in planned["SMTP_USER / USER#bert"][1]
    assert annas_password not in (tmp_path / "older-systems-plan.csv").read_text()
    assert (tmp_path / "older-systems-plan.csv").stat().st_mode & 0o777 == 0o600


def test_tables_are_brought_in_once_and_never_written(annas_password):
    tables = [sorted(map(str, dynamodb.scan(name))) for name in ("mail", "people")]
    run(*SOURCES, "--apply", code=3)
    anna, bert = SmtpUser.objects.order_by("username_key")
    assert (anna.iam_user_name, anna.is_adopted, anna.allowed_senders) == ("old-anna", True, ["anna@example.com"])
    key = anna.current_key
    assert unseal(key.sealed_password, table=SEALED_FOR, row=key.row) == annas_password
    assert not bert.current_key.sealed_password
    assert (Contact.objects.get().attributes, RoutingRule.objects.get().key) == ({"score": "7"}, "a@example.com")

    again = run(*SOURCES, "--apply", "--replace", code=3)
    assert "contact: 1 same" in again
    assert "SMTP user: 2 same, 2 refused" in again
    assert counts() == (1, 1, 2)
    assert [sorted(map(str, dynamodb.scan(name))) for name in ("mail", "people")] == tables


def test_a_login_that_iam_does_not_have_is_refused_when_it_is_taken_over(aws, settings, tmp_path):
    path = tmp_path / "scan.json"
    item = {
        "PK": {"S": "SMTP_USER"}, "SK": {"S": "USER#gone"}, "smtp_username": {"S": "AKIAGONE"},
        "iam_user_arn": {"S": "arn:aws:iam::123456789012:user/gone"}, "allowed_from_addresses": {"L": []},
    }  # fmt: skip
    path.write_text(json.dumps({"Items": [item]}))
    run(f"--routing={path}")
    run(f"--routing={path}", "--apply", code=3)
    assert not SmtpUser.objects.exists()
    assert "IAM has no user" in plan_of(tmp_path)["SMTP_USER / USER#gone"][1]


def test_a_row_that_cannot_be_read_is_told_and_the_rest_comes_in(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    path = tmp_path / "people.json"
    lines = [
        {"Item": {"id": {"S": "1"}, "email": {"S": "a@example.com"}}},
        {"Item": {"id": {"S": "2"}, "email": {"S": 5}}},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    assert "contact: 1 new, 1 refused" in run(f"--contacts={path}", "--apply", code=3)
    assert Contact.objects.get().address == "a@example.com"
    assert "“email”" in plan_of(tmp_path)["id=2"][1]


def test_a_table_that_is_not_there_is_named(aws):
    with pytest.raises(CommandError, match=r"The table nowhere in .* cannot be read"):
        call_command("import_dynamodb", "--contacts=nowhere")


def test_what_cannot_be_a_source_is_told(aws):
    for arguments in (
        (),
        ("--contacts=/nowhere/at/all",),
        ("--routing=x.y", "--kms-context=a"),
    ):
        with pytest.raises(CommandError):
            call_command("import_dynamodb", *arguments)
