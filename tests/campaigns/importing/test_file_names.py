"""Names of files come from strangers: they must harm neither the stored files nor a header nor the page."""

from __future__ import annotations

import json
from email.message import Message

import pytest

from campaigns.importing.drops import receive_upload_events
from campaigns.importing.models import ContactImport
from campaigns.importing.uploads import create_import
from portal.files import open_file
from portal.roles import MARKETER
from tests.factories.import_posts import at
from tests.factories.importing import imported

pytestmark = pytest.mark.django_db

CONTENT = b"Email,Name\nanna@club.example,Anna\nno-address,Bad\n"


@pytest.mark.parametrize("name", ["rejects.csv", "rejects"])
def test_a_file_called_like_its_rejects_is_not_overwritten_by_them(name):
    contact_import = imported(CONTENT, file_name=name)
    assert (contact_import.status, contact_import.created_count) == (ContactImport.Status.COMPLETED, 1)
    with open_file(contact_import.file_key) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("people.csv\r\nSet-Cookie: a=b", "people.csvSet-Cookie: a=b"),
        ("nul\0byte.csv", "nulbyte.csv"),
        ("half \ud83d.csv", "half .csv"),
        ("\u202evsc.elpoep.exe", "vsc.elpoep.exe"),
        ("../../etc/Mitglieder März.csv", "Mitglieder März.csv"),
        ("\r\n", "people.csv"),
    ],
)
def test_a_file_name_keeps_only_what_can_be_shown(name, shown):
    assert create_import(name, actor=None).file_name == shown


def test_so_does_the_name_of_a_dropped_file():
    found = {"bucket": {"name": "drops"}, "object": {"key": "uploads/a%0D%0Ab.csv", "size": 10, "eTag": "e"}}
    receive_upload_events([json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": found}]})])
    assert ContactImport.objects.get().file_name == "ab.csv"


@pytest.mark.parametrize("name", ['a"; filename="evil.exe.csv', "Mitglieder Łódź.csv", "a;b.csv"])
def test_the_rejects_of_any_file_can_be_downloaded_under_one_name(log_in, name):
    contact_import = imported(CONTENT, file_name=name)
    answer = log_in(MARKETER).get(at("rejects", contact_import))
    answer.close()
    sent = Message()
    sent["Content-Disposition"] = answer["Content-Disposition"]
    assert sent.get_content_disposition() == "attachment"
    assert sent.get_filename() == name.removesuffix(".csv") + "-rows-to-mend.csv"
