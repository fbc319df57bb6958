"""Typed JSON, exports, and what rows say: all without a database."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest

from campaigns.older.reading import as_liquid, read_contact, read_message
from credentials.older.reading import password_in
from portal.errors import InvalidInput
from portal.older.exports import read_export
from portal.older.rows import OldRow, read_row
from portal.older.values import as_text, read_values

PASSWORD = "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"  # of the published vectors


def row(**attributes) -> OldRow:
    return OldRow("table people", "id=1", attributes)


def test_each_type_of_dynamodb_becomes_a_plain_value():
    raw = {
        "s": {"S": "x"}, "n": {"N": "7"}, "d": {"N": "7.50"}, "t": {"BOOL": True}, "z": {"NULL": True},
        "b": {"B": "AQI="}, "l": {"L": [{"S": "a"}, {"M": {"k": {"N": "1"}}}]}, "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2.5"]}, "big": {"N": "1E+30"},
    }  # fmt: skip
    assert read_values(raw) == {
        "s": "x", "n": 7, "d": Decimal("7.50"), "t": True, "z": None, "b": b"\x01\x02", "l": ["a", {"k": 1}],
        "ss": ["a", "b"], "ns": [1, Decimal("2.5")], "big": 10**30,
    }  # fmt: skip
    assert as_text(read_values(raw)["d"]) == "7.50"
    assert json.loads(as_text(read_values(raw)["l"])) == ["a", {"k": 1}]


@pytest.mark.parametrize(
    "value",
    ["x", {"S": 1}, {"N": "x"}, {"N": "NaN"}, {"BOOL": "yes"}, {"X": "?"}, {"S": "a", "N": "1"}, {"L": {}}, {"B": "§"}],
)
def test_a_row_that_cannot_be_read_names_its_key_and_the_attribute(value):
    found = read_row(
        "dump.json, item 3", {"PK": {"S": "ROUTE#a@example.com"}, "SK": {"S": "RULE#v1"}, "actions": value}
    )
    assert found.key == "ROUTE#a@example.com / RULE#v1"
    assert "“actions”" in found.problem
    assert found.values == {}


def test_a_row_with_a_nul_is_refused_before_a_database_sees_it():
    assert "NUL" in read_row("t", {"id": {"S": "1"}, "name": {"S": "a\0b"}}).problem


def test_both_forms_of_an_export_are_read(tmp_path):
    items = [{"id": {"S": str(number)}} for number in range(3)]
    data = tmp_path / "AWSDynamoDB" / "01234" / "data"
    data.mkdir(parents=True)
    (data.parent / "manifest-files.json").write_text('{"itemCount": 3, "dataFileS3Key": "abc.json.gz"}')
    (data.parent / "manifest-summary.json").write_text('{"itemCount": 3}')
    with gzip.open(data / "abc.json.gz", "wt") as stream:
        stream.writelines(json.dumps({"Item": item}) + "\n" for item in items)
    (tmp_path / "scan.txt").write_text(json.dumps({"Items": items, "Count": 3, "ScannedCount": 3}, indent=4))
    assert [one.key for one in read_export(tmp_path)] == ["id=0", "id=1", "id=2"]
    assert [one.key for one in read_export(tmp_path / "scan.txt")] == ["id=0", "id=1", "id=2"]
    (data.parent / "manifest-summary.json").write_text('{"itemCount": 4}')
    with pytest.raises(InvalidInput, match="holds 3 rows, but its manifest says 4"):
        list(read_export(tmp_path))


def test_a_damaged_line_is_one_refused_row_and_a_damaged_file_is_told(tmp_path):
    (tmp_path / "a.json").write_text(
        '{"Item": {"id": {"S": "1"}}}\n{"Item": {"id": {"S"\n{"Keys": {}, "NewImage": {}}\n'
    )
    first, second, third = read_export(tmp_path)
    assert (first.problem, "no JSON" in second.problem, second.place) == ("", True, "a.json, line 2")
    assert "incremental" in third.problem
    whole = gzip.compress(b'{"Item": {"id": {"S": "1"}}}\n' * 1000)
    (tmp_path / "a.json").unlink()
    (tmp_path / "b.json.gz").write_bytes(whole[:-20])
    with pytest.raises(InvalidInput, match="cut off or damaged"):
        list(read_export(tmp_path))


@pytest.mark.parametrize("text", ['"rows"', "[1", '{"Items": [], "NextToken": "abc"}'])
def test_a_file_that_is_no_whole_export_is_told(tmp_path, text):
    path = tmp_path / "scan.json"
    path.write_text(text + "\n ")
    found: list[OldRow] = []
    with pytest.raises(InvalidInput):
        found.extend(one for one in read_export(path) if not one.problem)
    assert found == []


def test_a_folder_without_an_export_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="holds no export"):
        list(read_export(tmp_path))


def test_a_contact_keeps_every_attribute_under_a_name_that_templates_can_say():
    contact = read_contact(
        row(
            id="c-1",
            email="Anna@Example.COM",
            firstName="Anna",
            last_name="Berg",
            tags=["vip", "2024"],
            timezone="Europe/Vienna",
            companyName="Berg & Co",
            score=Decimal("1.50"),
            created_at="2024-01-01",
            attributes={"shoe size": 39},
        )
    )
    assert (contact.address, contact.key) == ("Anna@example.com", "anna@example.com")
    assert (contact.first_name, contact.last_name, contact.tags) == ("Anna", "Berg", ("2024", "vip"))
    assert contact.time_zone == "Europe/Vienna"
    assert contact.attributes == {"company_name": "Berg & Co", "score": "1.50", "shoe_size": "39"}
    assert contact.stop == ""


@pytest.mark.parametrize(
    ("attributes", "stop"),
    [
        ({"status": "unsubscribed"}, "unsubscribe"), ({"status": "Hard-Bounce"}, "bounce"),
        ({"status": "complained"}, "complaint"), ({"unsubscribed": True}, "unsubscribe"),
        ({"unsubscribed": "2024-05-01T10:00:00Z"}, "unsubscribe"), ({"subscribed": False}, "unsubscribe"),
        ({"subscribed": True}, ""), ({"unsubscribed": False}, ""), ({"status": "active"}, ""), ({"opted_out": 0}, ""),
    ],
)  # fmt: skip
def test_whoever_left_the_older_system_gets_no_mail_here(attributes, stop):
    assert read_contact(row(email="a@example.com", **attributes)).stop == stop


@pytest.mark.parametrize("address", ["", "no address", "a@example.con", "a@b@c"])
def test_a_contact_that_nobody_can_write_to_is_refused(address):
    with pytest.raises(InvalidInput):
        read_contact(row(email=address))


def test_merge_fields_of_both_older_kinds_become_ours():
    assert as_liquid("Dear {firstName}, {email}") == "Dear {{ first_name }}, {{ address }}"
    assert as_liquid("p {color} {{lastName}} {{companyName}}") == "p {color} {{ last_name }} {{ company_name }}"


def test_a_campaign_becomes_words_and_one_without_words_is_refused():
    message = read_message(
        row(name="May", subject="Hi {first_name}", body="<p>Hi</p>", text_body="Hi", from_email="a@b.at")
    )
    assert (message.kind, message.subject, message.body, message.text_body) == (
        "html", "Hi {{ first_name }}", "<p>Hi</p>", "Hi",
    )  # fmt: skip
    assert (message.name, message.sender) == ("May", "a@b.at")
    assert read_message(row(subject="S", body="Hello")).kind == "markdown"
    with pytest.raises(InvalidInput):
        read_message(row(subject="S"))


def test_the_password_is_found_in_each_form_that_it_was_encrypted_in():
    assert password_in(PASSWORD.encode(), region="eu-central-1") == PASSWORD
    assert password_in(json.dumps({"smtp_password": PASSWORD}).encode(), region="") == PASSWORD
    secret = json.dumps({"access_key_id": "AKIA", "secret_access_key": "some+secret+key"})
    assert password_in(secret.encode(), region="eu-central-1") == PASSWORD
    for wrong in (b"\xff", b"{}", b"{", b"hunter2"):
        with pytest.raises(InvalidInput):
            password_in(wrong, region="eu-central-1")
