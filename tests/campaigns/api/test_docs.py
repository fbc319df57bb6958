"""The examples of docs/api.md, carried out as a shell would."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from campaigns.api.examples import EXAMPLES
from campaigns.api.reference import _declared, openapi
from campaigns.messages.models import Template
from tests.factories.api import ApiClient
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
COMMANDS = re.findall(r"```sh\n(curl .*?)```", (ROOT / "docs" / "api.md").read_text(), flags=re.DOTALL)


def carry_out(api: ApiClient, command: str, known: dict[str, str]):
    for name, value in known.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command.replace("\\\n", " "))[1:]
    method, url, headers, body = "GET", "", {}, None
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = json.loads(words.pop(0))
        else:
            url = word
    assert headers["Authorization"] == f"Bearer {api.text}"
    path = url.removeprefix("https://mail.example.org")
    if method == "POST":
        assert headers["Content-Type"] == "application/json"
        return api.post(path, body, once=headers.get("Idempotency-Key", ""))
    return api.delete(path) if method == "DELETE" else api.get(path)


def test_every_example_of_the_documentation_works(api):
    make_account()
    known = {"POSTROOM_URL": "https://mail.example.org", "POSTROOM_KEY": api.text}
    assert len(COMMANDS) >= 9
    for command in COMMANDS:
        answer = carry_out(api, command, known)
        assert answer.status_code in {200, 201, 202}, (command, answer.content)
        if answer.status_code == 202:
            word = "CAMPAIGN_ID" if "smtp-campaign" in command else "MESSAGE_ID"
            known[word] = str(answer.json()["id"])


def test_every_example_of_the_reference_works(api):
    make_account()
    Template.objects.create(name="Receipt", subject="Receipt {{ number }}", body="Thank you.")
    api.post("/api/v1/lists", {"name": "Newsletter"})
    for (method, path), body in EXAMPLES.items():
        own = {**body, "from_email": "news@postroom.example"} if "from_email" in body else dict(body)
        if "consent" in own:
            own["consent"] = {"wording": "Yes", "at": "2026-01-01T00:00:00Z"}
        assert method == "POST"
        answer = api.post(f"/api/v1{path}", own)
        assert answer.status_code in {200, 201, 202}, (path, answer.content)


def test_the_reference_names_every_address_of_the_document():
    named = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in openapi()["paths"].items()
        for method in methods
    }
    assert named == set(_declared())
    assert set(EXAMPLES) == {(method, path) for method, path in named if method == "POST"}
