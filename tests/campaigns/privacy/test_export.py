from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core import serializers

from campaigns.privacy.gather import export_person
from campaigns.privacy.holdings import HOLDINGS
from campaigns.privacy.subject import subject_of
from portal.models import Activity
from tests.campaigns.privacy.test_forgetting import ADDRESS, KEY, full_life, rows_naming
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    return User.objects.create(username="kim")


def unpacked(contact, kim) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(export_person(contact.pk, actor=kim)))
    return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_the_file_holds_every_kind_of_row_that_names_the_person(kim):
    anna = full_life(kim)
    files = unpacked(anna, kim)
    held = json.loads(files["everything.json"])["held"]
    assert {"contact", "listmembership", "contacttag", "contactedit", "consent", "delivery", "unsubscription",
            "guestlist", "activity"} - set(held) <= {"suppression", "listmembership"}  # fmt: skip
    assert held["contact"][0]["attributes"] == {"city": "Ulm"}
    assert held["delivery"][0]["campaign_name"] == "Sent letter"
    assert set(files) == {"everything.json", "everything.html", *(f"{kind}.csv" for kind in held)}


def test_what_the_database_names_and_the_table_of_holdings_does_not_is_only_files_and_settings(kim):
    anna = full_life(kim)
    subject = subject_of(anna)
    found = {serializers.serialize("json", [row]) for holding in HOLDINGS for row in holding.rows(subject)}
    left = {json.loads(row)[0]["model"] for row in rows_naming(KEY) if row not in found}
    assert left <= {"campaigns.contactimport", "campaigns.importbatch"}


def test_the_file_names_nobody_else(kim):
    anna = full_life(kim)
    make_contact("bert@club.example", first_name="Bertram")
    text = "".join(unpacked(anna, kim).values())
    assert ADDRESS in text
    assert "bert@club.example" not in text


def test_cells_are_safe_against_formulas_and_markup(kim):
    anna = make_contact(ADDRESS, first_name="=1+1", last_name="<script>alert(1)</script>")
    files = unpacked(anna, kim)
    assert "'=1+1" in files["contact.csv"]
    assert "<script>" not in files["everything.html"]


def test_that_it_was_made_is_on_record(kim):
    anna = make_contact(ADDRESS)
    unpacked(anna, kim)
    deed = Activity.objects.get(verb="person.exported")
    assert (deed.actor, deed.object_id, deed.details) == (kim, str(anna.pk), {"rows": 1})
