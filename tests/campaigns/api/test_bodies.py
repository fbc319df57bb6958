from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from ninja import Schema

from campaigns.api.body import MAX_DEPTH
from campaigns.api.schemas import CampaignIn, ContactIn, ListIn, MessageIn, SuppressionIn
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
BODIES: dict[str, type[Schema]] = {
    "/smtp-campaign": CampaignIn,
    "/contacts": ContactIn,
    "/api/v1/messages": MessageIn,
    "/api/v1/lists": ListIn,
    "/api/v1/suppressions": SuppressionIn,
}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=40),
    st.sampled_from(
        ["a@b.example", "anna@club.example", "x\r\nBcc: y@z.example", "{{ a", "{% for x in y %}", "a" * 400, "1" * 30,
         "2026-11-22", "9999-12-31T23:59:59-23:59", "https://x.example/", "Ā@ß.example", "<p>{{first_name}}</p>", "@", "eA=="]
    ),
)  # fmt: skip
VALUES = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("path", BODIES)
def test_no_body_whatever_brings_the_server_down(api, path):
    make_account()
    model = BODIES[path]
    names = [field.alias or name for name, field in model.model_fields.items()]
    needed = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
    usual = {"email": "anna@club.example", "from_email": "s@postroom.example", "to": "a@b.example", "name": "N",
             "campaign_name": "C", "subject": "S", "body": "B"}  # fmt: skip

    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names) | st.text(max_size=8), VALUES, max_size=5), st.booleans())
    def try_one(fields, is_filled):
        body = {**({name: usual[name] for name in needed if name in usual} if is_filled else {}), **fields}
        answer = api.post(path, None, raw=json.dumps(body).encode())
        assert answer.status_code < 500, (body, answer.content)
        if answer.status_code >= 400:
            problem = answer.json()
            assert answer["Content-Type"] == "application/problem+json"
            assert problem["status"] == answer.status_code

    try_one()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"name": NaN}', b'{"name": "a", "name": "b"}',
        b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b"[" * 50_000, b'{"a":' * 30 + b"1" + b"}" * 30,
        b'{"name": ' + b"9" * 6000 + b"}", b'{"\\u0000": 1}',
    ],
)  # fmt: skip
def test_what_is_no_plain_json_is_refused(api, raw):
    answer = api.post("/api/v1/lists", None, raw=raw)
    assert answer.status_code in {400, 422}, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_bodies_above_the_limit_are_refused_and_large_ones_below_it_are_read(api, settings):
    settings.API_BODY_MAX_BYTES = 12_000_000
    large = json.dumps({"name": "N", "description": "x" * 11_000_000}).encode()
    answer = api.post("/api/v1/lists", None, raw=large)
    assert [error["field"] for error in answer.json()["errors"]] == ["description"]
    answer = api.post("/api/v1/lists", None, raw=large + b" " * 2_000_000)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:postroom:problem:too_large")


def test_depth_is_bounded(api):
    nested: object = 1
    for _level in range(MAX_DEPTH + 2):
        nested = [nested]
    answer = api.post("/api/v1/lists", {"name": nested})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:postroom:problem:bad_json")


def test_a_misspelt_field_is_named(api):
    answer = api.post("/contacts", {"email": "a@b.example", "fist_name": "Anna"})
    assert answer.json()["errors"] == [
        {"field": "fist_name", "code": "unknown_field", "detail": "There is no such field."}
    ]


def test_a_fault_of_ours_says_nothing_of_itself(api, monkeypatch):
    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("campaigns.api.routes.get_or_create_list", fail)
    answer = api.post("/api/v1/lists", {"name": "N"})
    assert answer.status_code == 500
    assert b"secret" not in answer.content
    assert answer.json()["type"] == "urn:postroom:problem:broken"
